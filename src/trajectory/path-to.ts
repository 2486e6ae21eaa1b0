import type { Trajectory, TrajectoryNode } from './trajectory.ts'

/** The nodes from a beginning to `leaf`. @throws RangeError where there is no such node */
export function pathTo({ nodes }: Pick<Trajectory, 'nodes'>, leaf: number): readonly TrajectoryNode[] {
  if (nodes[leaf] === undefined && leaf !== -1)
    throw new RangeError(`no node ${leaf}; there are ${nodes.length}`)
  const path: TrajectoryNode[] = []
  for (let at = leaf; at >= 0; at = nodes[at]!.parent) path.push(nodes[at]!)
  return path.reverse()
}
