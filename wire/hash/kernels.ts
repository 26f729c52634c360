import { Md4Kernel } from './md4.ts'
import { TigerKernel } from './tiger.ts'

/**
 * The WebAssembly behind Tiger and MD4. Opening takes a millisecond, and the machine code gets fast with use, so
 * one who hashes opens them once. A kernel remembers nothing between calls: any number of hashes may share it.
 */
export interface Kernels {
  readonly tiger: TigerKernel
  readonly md4: Md4Kernel
}

export function openKernels(): Kernels {
  return { tiger: new TigerKernel(), md4: new Md4Kernel() }
}
