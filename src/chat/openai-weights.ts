import { z } from 'zod'
import { onlyDeclaresTools } from './openai-messages.ts'
import { readAs } from './read-as.ts'

const weightSchema = z.looseObject({ weight: z.union([z.literal(0), z.literal(1)]).nullish() })

/**
 * The `weight` of each message that `readOpenAiMessages` gives for the same list; undefined where there is none. An
 * assistant's turn of weight 0 is read and not learned.
 *
 * @throws UserError with the path of what is wrong
 */
export const readOpenAiWeights = (
  inputs: readonly unknown[],
  where = 'messages',
): readonly (0 | 1 | undefined)[] =>
  inputs.flatMap((input, i) => {
    const { weight } = readAs(weightSchema, input, `${where}[${i}]`)
    return onlyDeclaresTools(input) ? [] : [weight ?? undefined]
  })
