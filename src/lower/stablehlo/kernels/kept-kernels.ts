import type { KeepKernel } from '../../../tensor/passes/inline-regions.ts'
import { kernels } from './table.ts'

/** Which kernels the passes leave whole for the lowering: those that it has something for, if only on some platforms. */
export const keptKernels: KeepKernel = ({ attrs: { name } }) => Object.hasOwn(kernels, name)
