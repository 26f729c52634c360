import { type Client, ProblemError, UnreachableError } from './client.ts'

/** Waits before the next try, in milliseconds: a daemon that restarts is back within seconds, a network within minutes. */
const againMs = [500, 1_000, 2_000, 4_000, 8_000]

/** Statuses after which the same is tried again: somebody else brings it now, or what is there is not what was said. */
const passing: ReadonlySet<number> = new Set([409, 423, 502, 503, 504])

export interface BringOptions {
  /** Bytes that are there for sure; without it that is asked. */
  readonly offset?: number
  readonly signal?: AbortSignal | undefined
  /** It broke off, and is tried again; `undefined` once it goes on. */
  readonly onBreak?: (error: Error | undefined) => void
}

/**
 * Brings a file of an upload, by tus: after a break it asks how much is there, and goes on from that, as long as it takes.
 * @param path below `/api/v1`
 * @throws ProblemError when the daemon does not want it any more
 */
export async function bring(client: Client, path: string, file: Blob, options: BringOptions = {}): Promise<void> {
  const { signal, onBreak } = options
  let { offset } = options
  let most = offset ?? 0
  for (let tries = 0; ;) {
    try {
      offset ??= offsetIn(await client.raw(path, requestOf('HEAD', signal)))
      if (tries > 0) onBreak?.(undefined)
      if (offset > most) tries = 0
      most = Math.max(most, offset)
      // An empty file has to be brought once, too.
      if (offset === file.size && offset > 0) return
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) }
      const body = offset === 0 ? file : file.slice(offset)
      const there = offsetIn(await client.raw(path, { ...requestOf('PATCH', signal, headers), body }))
      if (there === file.size) return
      offset = there
    } catch (error) {
      if (!mayPass(error)) throw error
      offset = undefined
      onBreak?.(error)
      await pause(againMs[Math.min(tries++, againMs.length - 1)]!, signal)
    }
  }
}

function requestOf(method: string, signal: AbortSignal | undefined, more: Record<string, string> = {}): RequestInit {
  return { method, headers: { 'tus-resumable': '1.0.0', ...more }, ...(signal === undefined ? {} : { signal }) }
}

function offsetIn(response: Response): number {
  return Number(response.headers.get('upload-offset'))
}

function mayPass(error: unknown): error is Error {
  return error instanceof UnreachableError || (error instanceof ProblemError && passing.has(error.problem.status))
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal!.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
}
