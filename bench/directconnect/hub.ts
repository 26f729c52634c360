import type { ChildProcessByStdio } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { Kith } from '@kith/interop/kith.ts'
import { freePort, programPath } from '@kith/interop/peers/process.ts'
import { Uhub } from '@kith/interop/peers/uhub.ts'
import { base32 } from '@kith/wire/bytes.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { Meter } from '../meter.ts'

/** What one hub showed once. */
export interface HubTurn {
  readonly hub: string
  readonly users: number
  /** From the first connection until all users were logged in. */
  readonly loginSeconds: number
  /** Lines that reached somebody, a second; 0 where nothing was said. */
  readonly deliveries: number
  /** The most memory of its own that the process had. */
  readonly memoryMib: number
  readonly lost: number
}

export interface HubLoad {
  readonly users: number
  /** Users of the turn in which they are only held. */
  readonly held: number
  readonly lines: number
  readonly rounds: number
}

/** More than the lines of all users together. */
const listBytes = 4 * 2 ** 20

interface Running extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

/** Our hub and uhub in turn, each anew in every round. */
export async function hubs(folder: string, load: HubLoad): Promise<readonly HubTurn[]> {
  const program = join(folder, 'hub-load')
  const source = join(import.meta.dirname, '..', 'peers', 'hub.c')
  const { status } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source], { stdio: 'inherit' })
  if (status !== 0) {
    console.log('NOT MEASURED: there is no C compiler (Debian: apt install gcc libc6-dev)')
    return []
  }
  const identities = makeIdentities(Math.max(load.users, load.held))
  const most = Math.max(load.users, load.held) + 10
  const contestants: [string, (place: string) => Promise<Running>][] = [['Kith', (place) => startKith(place, most)]]
  if (programPath('uhub') === undefined) console.log('NOT MEASURED: uhub is not installed')
  else contestants.push(['uhub', (place) => startUhub(place, most)])
  const turns: HubTurn[] = []
  for (let round = 1; round <= load.rounds; round++) {
    for (const [hub, start] of contestants) {
      const place = join(folder, `${hub} ${round}`)
      turns.push(await turn(hub, await start(place), program, identities.slice(0, load.users), load.lines))
    }
  }
  const place = join(folder, 'held')
  turns.push(await turn('Kith', await startKith(place, most), program, identities.slice(0, load.held), 0))
  return turns
}

async function turn(
  hub: string,
  running: Running,
  program: string,
  identities: readonly string[],
  lines: number,
): Promise<HubTurn> {
  await using _running = running
  using meter = new Meter(running.pid)
  const users = identities.length
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    program,
    [running.port, users, lines].map(String),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stdin.on('error', () => {})
  child.stdin.write(`${identities.join('\n')}\n`)
  const said = new Map<string, number>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [word = '', value] = line.split(' ')
    said.set(word, Number(value))
    if (word === 'heard') break
  }
  const { privateMib: memoryMib } = meter.stop()
  child.stdin.end()
  if ((await ended) !== 0) throw new Error(`${hub}: the load has ended with an error`)
  const made: HubTurn = {
    hub,
    users,
    loginSeconds: said.get('in') ?? 0,
    deliveries: lines === 0 ? 0 : (users * (said.get('heard') ?? 0)) / (said.get('said') ?? Infinity),
    memoryMib,
    lost: said.get('lost') ?? 0,
  }
  console.log(JSON.stringify(made))
  return made
}

async function startKith(place: string, users: number): Promise<Running> {
  const port = await freePort()
  const kith = await Kith.start(place, [
    `directconnect.directoryPort=${port}`,
    'directconnect.directory=true',
    `directconnect.directoryUsers=${users}`,
    `directconnect.directoryPerAddress=${users}`,
    `connections.most=${users + 100}`,
  ])
  return { port, pid: kith.pid, [Symbol.asyncDispose]: () => kith.stop() }
}

async function startUhub(place: string, users: number): Promise<Running> {
  // Those who log in get a line for each who is there: with its usual limits it would send some away.
  const settings = { max_users: users, max_send_buffer: listBytes, max_send_buffer_soft: listBytes }
  const uhub = await Uhub.start(place, { settings })
  return { port: uhub.port, pid: uhub.pid, [Symbol.asyncDispose]: () => uhub[Symbol.asyncDispose]() }
}

/** Private and public identities, as users prove them. */
function makeIdentities(count: number): readonly string[] {
  const kernel = new TigerKernel()
  return Array.from({ length: count }, () => {
    const secret = new Uint8Array(randomBytes(24))
    return `${base32(secret)} ${base32(kernel.digest(secret))}`
  })
}
