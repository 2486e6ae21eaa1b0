import type { Trajectory } from './trajectory.ts'

/** The nodes that nothing follows, ascending: the ends of a trajectory's conversations. */
export function leaves({ nodes }: Trajectory): readonly number[] {
  const parents = new Set(nodes.map(({ parent }) => parent))
  return [...nodes.keys()].filter((node) => !parents.has(node))
}
