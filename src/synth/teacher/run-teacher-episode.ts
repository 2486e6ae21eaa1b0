import type { ChatEndpoint } from '../../roles/chat-endpoint.ts'
import { EndpointFailure } from '../../roles/endpoint-failure.ts'
import type { RoleName, Roles } from '../../roles/role-config.ts'
import { promptDigest } from '../../roles/versioned-prompt.ts'
import type { RoleModel, Trajectory } from '../../trajectory/trajectory.ts'
import type { Environment } from '../../world/environment.ts'
import type { RunScript } from '../../world/execute.ts'
import type { AssistantPolicy } from '../../world/policies.ts'
import { type EpisodeLimits, runEpisode } from '../../world/run-episode.ts'
import { scriptedUser } from '../../world/scripted-user.ts'
import type { Task } from '../../world/task.ts'
import { worldEnvironment } from '../../world/world-environment.ts'
import { isOverlong } from './is-overlong.ts'
import { simulatedTools } from './simulated-tools.ts'
import { teacherAssistant } from './teacher-assistant.ts'
import { teacherUser } from './teacher-user.ts'
import { toolCallPrompt } from './tool-call-prompt.ts'
import { userPrompt } from './user-prompt.ts'

export interface TeacherEpisodeOptions {
  readonly task: Task
  readonly set: string
  readonly seed: number
  readonly roles: Pick<Roles, 'role'>
  /** Where no model plays the assistant. */
  readonly assistant?: AssistantPolicy
  /** In place of the task's tables and of a model that plays the tools, such as a sandbox. The episode ends it. */
  readonly environment?: Environment
  readonly limits?: EpisodeLimits
  /** Runs tools that are scripts, where no model plays the tools. */
  readonly runScript?: RunScript
  readonly signal?: AbortSignal
}

/**
 * Ends the episode where an endpoint fails: that says nothing about user, tools or assistant. A conversation that has
 * become too long for a model is an end like others, since another attempt would come as far.
 */
const interrupting = (endpoint: ChatEndpoint, controller: AbortController): ChatEndpoint => ({
  ...endpoint,
  async complete(request) {
    try {
      return await endpoint.complete(request)
    } catch (error) {
      if (error instanceof EndpointFailure && !isOverlong(error)) controller.abort(error)
      throw error
    }
  },
})

/**
 * An episode whose user, tools and assistant are models, or procedural where the run has no model for them.
 *
 * @throws EndpointFailure where a model cannot be had, so that the episode can be run again; the signal's reason where it
 *   is aborted. An answer that cannot be used fails the episode, with the fault of who gave it; a conversation that is
 *   too long for the assistant's model ends as truncated
 */
export async function runTeacherEpisode(options: TeacherEpisodeOptions): Promise<Trajectory> {
  const { task, set, seed, limits, runScript } = options
  const controller = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, controller.signal]) : controller.signal
  const model = (name: RoleName): ChatEndpoint | null => {
    const endpoint = options.roles.role(name)
    return endpoint && interrupting(endpoint, controller)
  }
  const [user, assistant] = [model('user'), model('assistant')]
  const tools = options.environment === undefined ? model('tool_simulator') : null
  const answering = assistant ? teacherAssistant(assistant) : options.assistant
  if (answering === undefined) throw new Error(`the episode of ${task.id} has no assistant`)
  await using environment =
    options.environment ?? (tools ? simulatedTools(tools, task, seed) : worldEnvironment(task, runScript))
  const trajectory = await runEpisode({
    task,
    set,
    seed,
    environment,
    assistant: answering,
    user: user ? teacherUser(user, task) : scriptedUser(task),
    signal,
    ...(limits && { limits }),
  })
  const played: Record<string, RoleModel> = {
    ...(user && { user: { name: user.model, template: promptDigest(userPrompt) } }),
    ...(tools && { 'tool simulator': { name: tools.model, template: promptDigest(toolCallPrompt) } }),
  }
  return { ...trajectory, models: { ...trajectory.models, ...played } }
}
