import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Lines } from '../lines.ts'
import { openPath, type Path, type PathMode, type PathOwner } from './path.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 15_000
/** What a device answers that knows of no such thing, for us. */
const NOT_THERE = 404

/** A path that is opened again whenever it ends, until it is disposed. */
export interface KeptPath extends Disposable {
  readonly mode: PathMode | 'away'
  /** Lost while the device is away. */
  send(bytes: Uint8Array): void
}

export interface KeptPathOwner extends Omit<PathOwner, 'ended'> {
  /** A new path: what has to be said again is said now. */
  opened(path: Path): void
  /** The device itself says that what the path leads to is not there for us, or not any more; it is asked again until disposed. */
  notThere?(): void
}

export function keepPath(
  host: Pick<Host, 'net' | 'clock' | 'random' | 'log'>,
  lines: Lines,
  { device, target }: { readonly device: string; readonly target: string },
  owner: KeptPathOwner,
): KeptPath {
  const stop = new AbortController()
  const { signal } = stop
  let path: Path | undefined

  /** Resolves when the path has ended. */
  async function once(): Promise<Fault | undefined> {
    const channel = await lines.to(device, signal)
    const connection = await channel.tunnel(target, { signal }).catch((error: unknown) => {
      const { code, cause } = faultOf(error)
      if (code === 'channel/refused' && cause === NOT_THERE && !signal.aborted) owner.notThere?.()
      throw error
    })
    const { promise, resolve } = Promise.withResolvers<Fault | undefined>()
    const opened = await openPath(host, connection, { ...owner, ended: resolve })
    path = opened
    if (signal.aborted) opened[Symbol.dispose]()
    else {
      owner.opened(opened)
      owner.changed()
    }
    return promise
  }

  async function keep(): Promise<void> {
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const fault = await once()
        if (fault !== undefined) host.log.debug('a path ended', { fault })
        pause = FIRST_PAUSE_MS
      } catch (error) {
        host.log.debug('a path could not be opened', { error: String(error) })
      }
      path = undefined
      if (signal.aborted) return
      owner.changed()
      await sleep(host.clock, pause, signal).catch(() => {})
    }
  }

  void keep()
  return {
    get mode() {
      return path?.mode ?? 'away'
    },
    send: (bytes) => path?.send(bytes),
    [Symbol.dispose]() {
      stop.abort()
      path?.[Symbol.dispose]()
    },
  }
}
