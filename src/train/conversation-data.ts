import { type ConversationSource, createConversationBatches } from '../data/conversation-batches.ts'
import { heldOutConversations } from '../data/held-out-conversations.ts'
import type { MaskedDocuments } from '../data/masked-documents.ts'
import type { RunConfig } from './run-config.ts'
import { quickEvaluationTokens, type TrainingData } from './training-data.ts'

/**
 * Conversations to learn assistants' turns from.
 *
 * @throws UserError when a source or the held-out side has none
 */
export function conversationData(
  { batch, data, seed }: Pick<RunConfig, 'batch' | 'data' | 'seed'>,
  sources: readonly ConversationSource[],
  documents: MaskedDocuments,
): TrainingData {
  const { sequenceLength } = data
  const heldOut = { documents, sequenceLength, batchSize: batch.sequences, seed }
  return {
    batches: createConversationBatches({
      sources,
      sequenceLength,
      batchSize: batch.sequences * batch.accumulation,
      seed,
    }),
    heldOut: {
      quick: heldOutConversations({ ...heldOut, maximumTokens: quickEvaluationTokens }),
      whole: heldOutConversations(heldOut),
    },
  }
}
