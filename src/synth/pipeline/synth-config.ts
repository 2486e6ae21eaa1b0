import { existsSync } from 'node:fs'
import { z } from 'zod'
import { readJson } from '../../files/json-file.ts'
import { rolesSchema } from '../../roles/role-config.ts'
import { parseAs } from '../../schema-error.ts'
import { UserError } from '../../user-error.ts'
import type { ToolFamily } from '../tasks/recipes.ts'
import { runFiles } from './run-files.ts'

const count = z.int().min(1)
const weight = z.number().nonnegative()
const portion = z.number().min(0).max(1)

const familyWeights = {
  single_call: weight.optional(),
  parallel_calls: weight.optional(),
  dependent_calls: weight.optional(),
  error_recovery: weight.optional(),
  no_tool: weight.optional(),
  clarification: weight.optional(),
} satisfies Record<ToolFamily, z.ZodType>

const someWeight = (weights: Readonly<Record<string, number | undefined>> | readonly number[]): boolean =>
  Object.values(weights).some((one) => one !== undefined && one > 0)

/** The settings of a run, `config.json` of its directory; what is left out has its default. */
export const synthConfigSchema = z.strictObject({
  version: z.literal(1).default(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0),
  counts: z
    .strictObject({
      /** At least so many, near-duplicates not counted. */
      tools: count.default(2000),
      agents: count.default(200),
      tasks: count.default(1000),
      /** Trajectories of each task. */
      samples: count.default(1),
    })
    .prefault({}),
  roles: rolesSchema.prefault({}),
  /** A directory of saved answers to `tools/list`, or a file that names MCP servers. */
  mcp: z.string().min(1).nullable().default(null),
  /** Weights; families that are not named do not come. All alike where it is left out. */
  families: z
    .strictObject(familyWeights)
    .refine(someWeight, 'expected a weight above 0')
    .nullable()
    .default(null),
  /** Weights of 1 (easy) … 4. */
  difficulties: z
    .tuple([weight, weight, weight, weight])
    .refine(someWeight, 'expected a weight above 0')
    .default([1, 1, 1, 1]),
  /** Rows of each table before a task. */
  rows: z.int().min(2).max(1000).default(12),
  code: z
    .strictObject({
      /** Of all tasks. */
      share: portion.default(0.05),
      language: z.enum(['javascript', 'python']).default('javascript'),
    })
    .prefault({}),
  /** Shares of procedural trajectories that get something planted. */
  planting: z
    .strictObject({
      variant: portion.default(0.3),
      mistake: portion.default(0.4),
      user_fault: portion.default(0.03),
      tool_fault: portion.default(0.03),
    })
    .refine(
      (shares) => Object.values(shares).reduce((a, b) => a + b, 0) <= 1 + 1e-9,
      'expected shares that add up to at most 1',
    )
    .prefault({}),
  /** Files of evaluation sets that nothing kept may overlap. */
  evaluation: z.array(z.string().min(1)).default([]),
  /** Least similarity of near-duplicates; null keeps them. */
  duplicates: z.number().positive().max(1).nullable().default(0.8),
  /** Most that are kept of each value of a label: `{"family": 500}`. */
  caps: z.record(z.string(), count).default({}),
})
export type SynthConfig = z.infer<typeof synthConfigSchema>
export type SynthConfigInput = z.input<typeof synthConfigSchema>

/**
 * Settings as they stand in a file or come from options.
 *
 * @param where begins every message
 * @throws UserError with a line for each mistake, and for settings of a later version
 */
export function readSynthConfig(input: unknown, where: string): SynthConfig {
  const version = (input as { readonly version?: unknown } | null)?.version
  if (typeof version === 'number' && version > 1)
    throw new UserError(`${where}: version ${version}, which this tsukimi cannot read yet; take a newer one`)
  const config = parseAs(synthConfigSchema, input, where) as SynthConfig
  const { roles } = config
  if (roles.rephraser !== 'procedural')
    throw new UserError(
      `${where}: roles.rephraser has no part in synthesis; leave it out, and use \`tsukimi rephrase\` for texts`,
    )
  if (roles.task_writer !== 'procedural' && roles.assistant === 'procedural')
    throw new UserError(
      `${where}: roles.task_writer is a model and roles.assistant is procedural; the tasks of a model have no plan that a procedural assistant could follow, so give roles.assistant a model too`,
    )
  return config
}

/** The settings of a run directory; undefined where it has none yet. */
export async function loadSynthConfig(run: string): Promise<SynthConfig | undefined> {
  const path = runFiles(run).config
  return existsSync(path) ? readSynthConfig(await readJson(path), path) : undefined
}
