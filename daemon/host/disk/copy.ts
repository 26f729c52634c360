import type { FileHandle } from 'node:fs/promises'
import { diskFault } from './fault.ts'

/** Large enough for any disk, small enough that progress moves and an abort is quick. */
const stepBytes = 1024 * 1024

export interface CopyRun {
  readonly from: { readonly file: FileHandle; readonly path: string; readonly position: number }
  readonly to: { readonly file: FileHandle; readonly path: string; readonly position: number }
  readonly length: number
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((bytes: number) => void) | undefined
}

/** Copies bytes between open files. Zeros are not written, so holes stay holes; the target has to be fresh there. */
export async function copyRun({ from, to, length, signal, progress }: CopyRun): Promise<void> {
  const memory = new Uint8Array(Math.min(stepBytes, length))
  const zeros = new Uint8Array(memory.length)
  for (let done = 0; done < length;) {
    signal?.throwIfAborted()
    const want = Math.min(memory.length, length - done)
    const { bytesRead } = await attempt('read the file', from.path, () =>
      from.file.read(memory, 0, want, from.position + done),
    )
    if (bytesRead === 0) return
    if (Buffer.compare(memory.subarray(0, bytesRead), zeros.subarray(0, bytesRead)) !== 0) {
      await attempt('write the file', to.path, () => writeAll(to.file, memory, bytesRead, to.position + done))
    }
    done += bytesRead
    progress?.(bytesRead)
  }
}

async function writeAll(file: FileHandle, memory: Uint8Array, length: number, position: number): Promise<void> {
  for (let done = 0; done < length;) {
    const { bytesWritten } = await file.write(memory, done, length - done, position + done)
    done += bytesWritten
  }
}

async function attempt<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw diskFault(error, doing, path)
  }
}
