import { join } from 'node:path'

/** Where the files of a synthesis run are. */
export const runFiles = (run: string) => ({
  config: join(run, 'config.json'),
  applications: join(run, 'applications.jsonl'),
  agents: join(run, 'agents.jsonl'),
  tasks: join(run, 'tasks.jsonl'),
  trajectories: join(run, 'trajectories.jsonl'),
  judgements: join(run, 'judgements.jsonl'),
  kept: join(run, 'kept.jsonl'),
  keptChats: join(run, 'kept.openai.jsonl'),
  rejected: join(run, 'rejected.jsonl'),
  reportData: join(run, 'report.json'),
  report: join(run, 'report.html'),
  /** What each stage has done. */
  records: join(run, 'stages'),
  /** Answers of MCP servers, as they were first given. */
  mcp: join(run, 'mcp'),
})
export type RunFile = Exclude<keyof ReturnType<typeof runFiles>, 'records' | 'mcp'>
