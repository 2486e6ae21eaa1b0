import { judgePrompt } from '../judge/judge-prompt.ts'
import { preferencePrompt } from '../judge/preference-prompt.ts'
import { agentPrompt } from './agent-prompt.ts'
import { applicationPrompt } from './application-prompt.ts'
import { domainPrompt } from './domain-prompt.ts'
import { taskPrompt } from './task-prompt.ts'
import { toolCallPrompt } from './tool-call-prompt.ts'
import { userPrompt } from './user-prompt.ts'

/** What models that play roles are asked. */
export const prompts = [
  domainPrompt,
  applicationPrompt,
  agentPrompt,
  taskPrompt,
  userPrompt,
  toolCallPrompt,
  judgePrompt,
  preferencePrompt,
]
