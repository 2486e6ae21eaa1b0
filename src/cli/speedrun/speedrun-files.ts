import { join } from 'node:path'

/** What a speedrun leaves in its directory, which is that of the fine-tuned model. */
export const speedrunFiles = (directory: string) => ({
  /** The run of pre-training. */
  base: join(directory, 'base'),
  /** Made before anything is trained. */
  data: join(directory, 'data'),
  trajectories: join(directory, 'data', 'trajectories.jsonl'),
  /** The same for fine-tuning, as OpenAI's chats. */
  conversations: join(directory, 'data', 'conversations.jsonl'),
  /** Some of them as plain text, for the tokenizer. */
  text: join(directory, 'data', 'text.jsonl'),
  /** Tried a few times while the model is fine-tuned; neither the data's nor the held-out ones. */
  progressTasks: join(directory, 'data', 'progress-tasks.jsonl'),
  heldOutTasks: join(directory, 'data', 'held-out-tasks.jsonl'),
  /** A world to chat in. */
  world: join(directory, 'data', 'world.json'),
  tasks: join(directory, 'tasks.json'),
  /** What the speedrun was begun with, for who resumes it. */
  settings: join(directory, 'speedrun.json'),
  /** Both models on the held-out tasks; the labels `model` and `enforced` say which episode is whose. */
  episodes: join(directory, 'episodes.jsonl'),
})

export type SpeedrunFiles = ReturnType<typeof speedrunFiles>
