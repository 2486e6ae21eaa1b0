import { chatText } from '../../chat/chat-tokens.ts'
import type { TaskArm, TaskResults } from '../../eval/task-results.ts'
import { writeJson } from '../../files/json-file.ts'
import { createTaskSolver } from '../../rollout/task-solver.ts'
import { starterFamilies } from '../../synth/starter/starter-task.ts'
import { readTasks } from '../../synth/tasks/task-files.ts'
import { conversation, type Trajectory } from '../../trajectory/trajectory.ts'
import { writeTrajectories } from '../../trajectory/write-trajectories.ts'
import type { Task } from '../../world/task.ts'
import { generatorOptions } from '../generator-options.ts'
import { loadTrainedModel } from '../load-trained-model.ts'
import { type EngineChoice, openEngine } from '../open-engine.ts'
import { type Progress, startProgress } from '../progress.ts'
import type { SpeedrunFiles } from './speedrun-files.ts'
import { evaluation, heldOutSeed, recipeOverrides } from './speedrun-recipe.ts'

const set = 'starter/held-out'

/** Episodes of an arm that the report shows: failed ones before solved ones. */
const [failedShown, solvedShown] = [8, 4]

const isSolved = ({ outcome }: Trajectory): boolean => outcome?.reward === 1

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

async function tried(
  model: TaskArm['model'],
  directory: string,
  tasks: readonly Task[],
  choice: EngineChoice,
  progress: Progress,
  done: number,
): Promise<{ readonly arms: readonly TaskArm[]; readonly trajectories: readonly Trajectory[] }> {
  const { config, weights, tokenizer, style } = await loadTrainedModel(directory)
  using engine = await openEngine(choice)
  const { plan } = generatorOptions(choice)
  // The base has not learned any way to write conversations: it is given that of the other.
  const toolStyle = recipeOverrides('sft').find(({ path }) => path.join('.') === 'chat.toolStyle')!.value
  await using solver = createTaskSolver({
    engine,
    config,
    weights,
    tokenizer,
    ...(plan && { plan }),
    template: style ?? { toolStyle: toolStyle as 'typescript' },
    maxTokens: evaluation.maxTokens,
    concurrency: evaluation.concurrency,
  })
  const arms: TaskArm[] = []
  let trajectories: readonly Trajectory[] = []
  let count = done
  for (const enforce of [false, true]) {
    trajectories = await solver.solve(tasks, {
      set,
      enforce,
      onEpisode: () => progress.update(++count, `${model}${enforce ? ', enforced' : ''}`),
    })
    arms.push(armOf(model, enforce, trajectories))
  }
  return { arms, trajectories }
}

/** Lets the base and the fine-tuned model try the held-out tasks, greedily, without and with the enforcer. */
export async function tryTasks(
  directory: string,
  files: SpeedrunFiles,
  choice: EngineChoice,
): Promise<TaskResults> {
  const tasks = await Array.fromAsync(readTasks(files.heldOutTasks))
  const progress = startProgress('held-out tasks', 4 * tasks.length)
  const base = await tried('base', files.base, tasks, choice, progress, 0)
  const sft = await tried('sft', directory, tasks, choice, progress, 2 * tasks.length)
  await writeTrajectories(files.episodes, sft.trajectories)
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
