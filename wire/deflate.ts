import { constants, createDeflate, deflateSync } from 'node:zlib'

/** All of it at once, as a zlib stream (RFC 1950), which ends itself. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(bytes))
}

/** Whether bytes get shorter by a tenth at least when they are packed: of what does not, packing costs time only. */
export function shrinks(sample: Uint8Array): boolean {
  return deflateSync(sample, { level: constants.Z_BEST_SPEED }).length < sample.length * 0.9
}

/** One zlib stream of bytes that come part by part. The work is done beside the main thread, and quickly rather than well. */
export class Deflater implements Disposable {
  readonly #stream = createDeflate({ level: constants.Z_BEST_SPEED })
  #parts: Uint8Array[] = []
  #error: Error | undefined

  constructor() {
    this.#stream.on('data', (part: Uint8Array) => void this.#parts.push(part))
    this.#stream.on('error', (error) => (this.#error = error))
  }

  /** Packs a part, which must not change meanwhile; gives what is ready, which may be nothing yet. */
  push(bytes: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#when((then) => void this.#stream.write(bytes, then))
  }

  /** Gives the rest. */
  end(): Promise<readonly Uint8Array[]> {
    return this.#when((then) => void this.#stream.once('end', () => then()).end())
  }

  #when(start: (then: (error?: Error | null) => void) => void): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      start((error) => {
        const failed = error ?? this.#error
        if (failed !== undefined) return reject(failed)
        const parts = this.#parts
        this.#parts = []
        resolve(parts)
      })
    })
  }

  [Symbol.dispose](): void {
    this.#stream.destroy()
  }
}
