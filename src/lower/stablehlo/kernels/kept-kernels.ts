import type { KeepKernel } from '../../../tensor/passes/inline-regions.ts'
import type { Platform } from '../builder.ts'
import { kernels } from './table.ts'

/** Which kernels the passes leave whole for the lowering: those of the table, where it may have something for the platform. */
export const keptKernels =
  (platform: Platform): KeepKernel =>
  ({ attrs: { name } }) =>
    platform !== 'cpu' && Object.hasOwn(kernels, name)
