import { draws } from '../../draws.ts'
import type { Application } from '../../world/application.ts'
import { neighbourPlane } from './neighbour-plane.ts'
import { principalPlane } from './principal-plane.ts'
import { textVectors } from './text-vectors.ts'
import { toolText } from './tool-text.ts'

/** A tool in the picture of all tools: near ones have words in common (t-SNE of their texts). */
export interface MapPoint {
  readonly x: number
  readonly y: number
  readonly domain: string
  readonly application: string
  readonly tool: string
  readonly imported: boolean
}

export interface CoverageMapOptions {
  readonly seed?: number
  /** More tools than these are sampled. Default 2,000. */
  readonly points?: number
}

const vectorSize = 4096

/** Places of tools in the plane, for a chart coloured by domain. */
export function coverageMap(
  applications: Iterable<Application>,
  { seed = 0, points = 2000 }: CoverageMapOptions = {},
): readonly MapPoint[] {
  const all = Array.from(applications).flatMap((application) =>
    application.tools.map((tool) => ({ application, tool })),
  )
  const sampled = draws(seed, 'points of the coverage map').sample(all, points)
  const vectors = textVectors(
    sampled.map(({ tool }) => toolText(tool.declaration)),
    vectorSize,
  )
  const places = neighbourPlane(vectors, principalPlane(vectors, vectorSize, { seed }))
  return sampled.map(({ application, tool }, i) => {
    const [x, y] = places[i]!
    return {
      x,
      y,
      domain: application.domain,
      application: application.name,
      tool: tool.declaration.function.name,
      imported: tool.semantics === undefined,
    }
  })
}
