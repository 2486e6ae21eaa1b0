/** Axes of a mesh that the model knows: shares of the batch; of the experts, and of the batch; of heads and widths. */
export const meshAxes = { data: 'data', expert: 'expert', tensor: 'tensor' } as const

/** Axes whose devices see different tokens. */
export const tokenAxes: readonly string[] = [meshAxes.data, meshAxes.expert]
