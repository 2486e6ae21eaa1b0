import { chatText } from '../../chat/chat-tokens.ts'
import { weightsDigest } from '../../checkpoint/weights-digest.ts'
import type { TaskArm, TaskResults } from '../../eval/task-results.ts'
import { digestOf } from '../../files/digest.ts'
import { writeJson } from '../../files/json-file.ts'
import { createTaskSolver } from '../../rollout/task-solver.ts'
import { starterFamilies } from '../../synth/starter/starter-task.ts'
import { readTasks } from '../../synth/tasks/task-files.ts'
import type { ChatStyle } from '../../train/chat-example.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import { UserError } from '../../user-error.ts'
import { isSolved } from '../../world/solve.ts'
import type { Task } from '../../world/task.ts'
import { generatorOptions } from '../generator-options.ts'
import { describeTrainedModel, loadTrainedModel } from '../load-trained-model.ts'
import { type EngineChoice, openEngine } from '../open-engine.ts'
import { type Progress, startProgress } from '../progress.ts'
import type { SpeedrunFiles } from './speedrun-files.ts'
import { evaluation, heldOutSeed } from './speedrun-recipe.ts'

const set = 'starter/held-out'

/** Episodes of an arm that the report shows: failed ones before solved ones. */
const [failedShown, solvedShown] = [8, 4]

const episodeOf = (trajectory: Trajectory) => ({
  id: trajectory.task.id,
  family: trajectory.labels?.family ?? '',
  solved: isSolved(trajectory),
  text: chatText(conversation(trajectory), { defaultSystem: null }),
  why: [
    ...(trajectory.outcome?.status === 'completed' ? [] : [`it ended early: ${trajectory.outcome?.stop}`]),
    ...(trajectory.outcome?.parts ?? []).flatMap(({ passed, name, detail }) =>
      passed ? [] : [`${name.slice(name.indexOf('/') + 1)}: ${detail ?? 'not met'}`],
    ),
  ],
})

function armOf(model: TaskArm['model'], enforced: boolean, trajectories: readonly Trajectory[]): TaskArm {
  const results = starterFamilies.map((family) => {
    const own = trajectories.filter(({ labels }) => labels?.family === family)
    return { family, solved: own.filter(isSolved).length, tried: own.length }
  })
  const shown = [
    ...trajectories.filter((one) => !isSolved(one)).slice(0, failedShown),
    ...trajectories.filter(isSolved).slice(0, solvedShown),
  ]
  return { model, enforced, results, episodes: shown.map(episodeOf) }
}

/** What is not the model's doing must not be counted against it. @throws UserError */
function refuseBroken(trajectories: readonly Trajectory[]): void {
  const broken = trajectories.find(({ outcome }) => outcome?.status === 'failed')
  if (broken !== undefined)
    throw new UserError(`The task ${broken.task.id} could not be tried: ${broken.outcome?.stop}`)
}

interface Trial {
  readonly tasks: readonly Task[]
  readonly choice: EngineChoice
  readonly style: ChatStyle | undefined
  readonly progress: Progress
  readonly signal: AbortSignal
}

async function tried(
  model: TaskArm['model'],
  directory: string,
  { tasks, choice, style, progress, signal }: Trial,
  done: number,
): Promise<{ readonly arms: readonly TaskArm[]; readonly trajectories: readonly Trajectory[] }> {
  const { config, weights, tokenizer, directory: checkpoint } = await loadTrainedModel(directory)
  const name = await weightsDigest(checkpoint)
  using engine = await openEngine(choice)
  const { plan } = generatorOptions(choice)
  await using solver = createTaskSolver({
    engine,
    config,
    weights,
    tokenizer,
    ...(plan && { plan }),
    ...(style && { template: style }),
    identity: { name, ...(style && { template: digestOf(style) }) },
    maxTokens: evaluation.maxTokens,
    concurrency: evaluation.concurrency,
  })
  const arms: TaskArm[] = []
  const trajectories: Trajectory[] = []
  let count = done
  for (const enforce of [false, true]) {
    const made = await solver.solve(tasks, {
      set,
      enforce,
      signal,
      onEpisode: () => progress.update(++count, `${model}${enforce ? ', enforced' : ''}`),
    })
    refuseBroken(made)
    arms.push(armOf(model, enforce, made))
    const labels = { model, enforced: String(enforce) }
    trajectories.push(
      ...made.map((one) => ({
        ...one,
        id: `${one.id}/${model}${enforce ? '/enforced' : ''}`,
        labels: { ...one.labels, ...labels },
        lineage: { stage: 'held-out tasks', keys: [one.task.digest, name] },
      })),
    )
  }
  return { arms, trajectories }
}

/** Lets the base and the fine-tuned model try the held-out tasks, greedily, without and with the enforcer. */
export async function tryTasks(
  directory: string,
  files: SpeedrunFiles,
  choice: EngineChoice,
  signal: AbortSignal,
): Promise<TaskResults> {
  const tasks = await Array.fromAsync(readTasks(files.heldOutTasks))
  const progress = startProgress('held-out tasks', 4 * tasks.length)
  // The base has not learned any way to write conversations: it is given that of the other.
  const { style } = await describeTrainedModel(directory)
  const trial: Trial = { tasks, choice, style, progress, signal }
  const base = await tried('base', files.base, trial, 0)
  const sft = await tried('sft', directory, trial, 2 * tasks.length)
  await writeTrajectories(files.episodes, [...base.trajectories, ...sft.trajectories])
  const results: TaskResults = {
    version: 1,
    set,
    seed: heldOutSeed,
    families: starterFamilies,
    arms: [...base.arms, ...sft.arms],
  }
  await writeJson(files.tasks, results)
  progress.finish(`${tasks.length} held-out tasks tried four times`)
  return results
}
