import type { StepOptions } from './step.ts'

/** What a step takes of a batch, each [A, B, T]; `lossWeights` are f32 and sum to 1 over the step, the others i32. */
export type BatchInput = 'inputIds' | 'targetIds' | 'documentIds' | 'lossWeights'

/** In the order of the program's inputs. */
export const batchInputsOf = ({
  separateDocuments,
  weighted = false,
}: Pick<StepOptions, 'separateDocuments' | 'weighted'>): readonly BatchInput[] => [
  'inputIds',
  'targetIds',
  ...(separateDocuments ? (['documentIds'] as const) : []),
  ...(weighted ? (['lossWeights'] as const) : []),
]

export const batchDtype = (input: BatchInput): 'i32' | 'f32' => (input === 'lossWeights' ? 'f32' : 'i32')
