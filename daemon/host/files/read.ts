import { open } from 'node:fs/promises'
import { fail } from '@kith/core/fault/fault.ts'
import { diskFault } from '../disk/fault.ts'

/** What is read at once: few calls, and little memory. */
const PART_BYTES = 256 * 1024

/**
 * A file from its beginning to its end, once. It is open when this resolves; whoever does not read it to its end has to
 * leave the loop, or call `return`.
 * @throws FaultError `disk/…`, or `input` `disk/not-a-file`
 */
export async function readParts(path: string): Promise<AsyncGenerator<Uint8Array, void>> {
  let file
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw diskFault(error, 'open the file', path)
  }
  if (!(await file.stat()).isFile()) {
    await file.close()
    throw fail('input', 'disk/not-a-file', `“${path}” is not a file`)
  }
  async function* parts(): AsyncGenerator<Uint8Array, void> {
    await using handle = file!
    for (;;) {
      let part
      try {
        part = await handle.read(new Uint8Array(PART_BYTES), 0, PART_BYTES)
      } catch (error) {
        throw diskFault(error, 'read the file', path)
      }
      if (part.bytesRead === 0) return
      yield part.buffer.subarray(0, part.bytesRead)
    }
  }
  return parts()
}
