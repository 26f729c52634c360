import { KernelMemory } from './kernel-memory.ts'
import { Md4Kernel } from './md4.ts'
import { TigerKernel } from './tiger.ts'

/**
 * The WebAssembly behind Tiger and MD4. Opening takes a millisecond, and the machine code gets fast with use, so
 * one who hashes opens them once. A kernel remembers nothing between calls: any number of hashes may share it.
 */
export interface Kernels {
  readonly tiger: TigerKernel
  readonly md4: Md4Kernel
  /** What stands in its room is hashed in place. */
  readonly memory: KernelMemory
}

export function openKernels(): Kernels {
  const memory = new KernelMemory()
  return { tiger: new TigerKernel(memory), md4: new Md4Kernel(memory), memory }
}
