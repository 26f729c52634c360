import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { fail, type FaultError } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Tap, TapOptions } from '@kith/core/network/taps.ts'
import { ETHERNET_BYTES, OFFLOAD_BYTES, offloadHeader, readOffloaded } from '@kith/wire/ethernet/offload.ts'
import { type TapSystem, tapSystem } from './system.ts'

const run = promisify(execFile)
const DEVICE = '/dev/net/tun'
/** The longest frame that Linux gives with its header. */
const READ_BYTES: number = OFFLOAD_BYTES + ETHERNET_BYTES + 65_536
/** Frames taken in one turn; then others have theirs. */
const MOST_AT_ONCE = 64
const EPERM = 1
const EBUSY = 16

export function tapFailure(error: unknown, doing: string): FaultError {
  const { code, errno } = error as { code?: string; errno?: number }
  const details = { doing, cause: error }
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO') {
    return fail('local', 'tap/missing', 'This machine makes no network devices', {
      ...details,
      hint: 'Load the module: modprobe tun',
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || Math.abs(errno ?? 0) === EPERM) {
    return fail('local', 'tap/forbidden', 'Kith has no right to make network devices', {
      ...details,
      hint: 'Give its service AmbientCapabilities=CAP_NET_ADMIN, or run it as root',
    })
  }
  const busy = Math.abs(errno ?? 0) === EBUSY ? 'It is in use' : String(error)
  return fail('local', 'tap/failed', `A network device could not be made: ${busy}`, details)
}

/** Opens a network device of Linux. @throws FaultError `local` `tap/…` */
export async function openTap(options: TapOptions, log: Log): Promise<Tap> {
  const doing = 'make a network device'
  if (process.platform !== 'linux') {
    throw fail('local', 'tap/unsupported', 'Virtual networks need Linux on this machine', { doing })
  }
  let system: TapSystem
  let file: number
  let name: string
  try {
    system = tapSystem()
    file = openSync(DEVICE, constants.O_RDWR | constants.O_NONBLOCK)
  } catch (error) {
    throw tapFailure(error, doing)
  }
  try {
    name = system.attach(file, 'kith%d')
    const address = options.address.split('.').map(Number)
    system.setUp(name, { ...options, address })
  } catch (error) {
    closeSync(file)
    throw tapFailure(error, doing)
  }
  // Without it longer frames come, and go another way.
  await run('ip', ['link', 'set', 'dev', name, 'gso_max_size', String(options.longest)]).catch((error: unknown) =>
    log.info('a network device gives frames of any length', { error: String(error) }),
  )
  return running(system, file, name, options, log)
}

/**
 * Node waits for sockets only, so one end of a pair is made another name of the device: what it reads then are frames.
 * The first comes by Node, those behind it are fetched until there are none.
 */
function running(system: TapSystem, file: number, name: string, options: TapOptions, log: Log): Tap {
  const [one, other] = system.pair()
  const first = new Uint8Array(READ_BYTES)
  const next = new Uint8Array(READ_BYTES)
  const out = new Uint8Array(READ_BYTES)
  let closed = false

  function took(bytes: Uint8Array): void {
    const frame = readOffloaded(bytes)
    if (frame !== undefined) options.receive(frame)
  }

  function arrived(length: number): boolean {
    try {
      took(first.subarray(0, length))
      for (let count = 1; count < MOST_AT_ONCE && !closed; count++) {
        const more = system.read(file, next)
        if (more <= 0) break
        took(next.subarray(0, more))
      }
      options.rested()
    } catch (error) {
      log.error('frames could not be taken', { error })
    }
    return true
  }

  const socket = new Socket({
    fd: one,
    readable: true,
    writable: false,
    manualStart: true,
    onread: { buffer: first, callback: arrived },
  } as unknown as ConstructorParameters<typeof Socket>[0])
  system.duplicate(file, one)
  system.close(other)
  socket.on('error', (error) => log.warn('a network device went away', { error: String(error), name }))
  socket.resume()
  return {
    name,
    send(frame) {
      const head = offloadHeader(frame, out, 0)
      if (closed || head === undefined || head + frame.bytes.length > out.length) return
      out.set(frame.bytes, head)
      system.write(file, out, head + frame.bytes.length)
    },
    [Symbol.asyncDispose]() {
      if (closed) return Promise.resolve()
      closed = true
      closeSync(file)
      return new Promise((resolve) => {
        socket.once('close', () => resolve())
        socket.destroy()
      })
    },
  }
}
