import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import { fail, type FaultError } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Tap, TapOptions } from '@kith/core/network/taps.ts'
import { ETHERNET_BYTES, OFFLOAD_BYTES, offloadHeader, readOffloaded } from '@kith/wire/ethernet/offload.ts'
import { addressBytes } from '@kith/wire/ip-address.ts'
import { type TapSystem, tapSystem } from './system.ts'

const run = promisify(execFile)
const DEVICE = '/dev/net/tun'
/** What the name of each of our devices begins with. */
export const DEVICES = 'kith'
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
    name = system.attach(file, `${DEVICES}%d`)
    await closedToRouters(name, log)
    const address = options.address.split('.').map(Number)
    system.setUp(name, { ...options, address })
  } catch (error) {
    closeSync(file)
    throw tapFailure(error, doing)
  }
  const v6 = hasV6(system, name, options, log)
  // Without it longer frames come, and go another way.
  await run('ip', ['link', 'set', 'dev', name, 'gso_max_size', String(options.longest)]).catch((error: unknown) =>
    log.info('a network device gives frames of any length', { error: String(error) }),
  )
  return running(system, file, { name, v6 }, options, log)
}

/**
 * How IPv6 is on the device: no router of the virtual network is believed, and the address of the link is made of the hardware
 * address, by which others know it. Addresses are given, so that nobody has to be asked whether they are free.
 */
const conduct: Readonly<Record<string, string>> = {
  accept_ra: '0',
  autoconf: '0',
  accept_redirects: '0',
  forwarding: '0',
  addr_gen_mode: '0',
  accept_dad: '0',
  dad_transmits: '0',
}

async function closedToRouters(name: string, log: Log): Promise<void> {
  for (const [setting, value] of Object.entries(conduct)) {
    await writeFile(`/proc/sys/net/ipv6/conf/${name}/${setting}`, value).catch((error: unknown) =>
      log.debug('a network device is left as the system makes it', { setting, error: String(error) }),
    )
  }
}

/** A machine may have IPv6 switched off: then it has the rest. */
function hasV6(system: TapSystem, name: string, { v6 }: TapOptions, log: Log): boolean {
  const bytes = v6 === undefined ? undefined : addressBytes(v6.address)
  if (v6 === undefined || bytes?.length !== 16) return false
  try {
    system.addV6(name, bytes, v6.prefix)
    return true
  } catch (error) {
    log.info('a network device has no address of IPv6', { error: String(error) })
    return false
  }
}

/**
 * Node waits for sockets only, so one end of a pair is made another name of the device: what it reads then are frames.
 * The first comes by Node, those behind it are fetched until there are none.
 */
function running(
  system: TapSystem,
  file: number,
  { name, v6 }: Pick<Tap, 'name' | 'v6'>,
  options: TapOptions,
  log: Log,
): Tap {
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
    v6,
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
