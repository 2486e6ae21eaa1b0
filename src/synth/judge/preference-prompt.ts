import {
  type PreferenceAnswer,
  type PreferenceInput,
  preferenceQuestion,
} from '../../chat/preference-question.ts'
import type { VersionedPrompt } from '../../roles/versioned-prompt.ts'

/** Pairwise preference: the question that `tsukimi sft --preference` trains judges on. */
export const preferencePrompt: VersionedPrompt<PreferenceInput, PreferenceAnswer> = {
  ...preferenceQuestion,
  name: 'preference',
  version: 2,
  temperature: 0,
  maxTokens: 2048,
}
