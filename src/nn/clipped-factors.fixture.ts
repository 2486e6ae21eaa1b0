/** QK-Clip's factor of each head, in plain numbers; τ as the f32 that a program gets. */
export const clippedFactorsOf = (maxLogits: readonly number[], tau: number): number[] => {
  const threshold = Math.fround(tau)
  return maxLogits.map((logit) => (logit > threshold ? Number((threshold / logit).toPrecision(9)) : 1))
}
