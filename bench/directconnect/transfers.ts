import { mkdir, open, rm, stat } from 'node:fs/promises'
import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { digestOf } from '@kith/core/content/digest.ts'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { Kith } from '@kith/interop/kith.ts'
import { until } from '@kith/interop/peers/client.ts'
import { Eiskalt } from '@kith/interop/peers/eiskalt.ts'
import { Ncdc } from '@kith/interop/peers/ncdc.ts'
import { programPath } from '@kith/interop/peers/process.ts'
import { Uhub } from '@kith/interop/peers/uhub.ts'
import { tth } from '@kith/wire/hash/tiger-tree.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'

/** One file that went from one client to another. */
export interface TransferTurn {
  readonly from: string
  readonly to: string
  readonly tls: boolean
  /** From the wish until the file is whole. */
  readonly seconds: number
}

/** A client that takes part, with a file of its own shared on the hub. */
interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly nick: string
  /** Fetches from another; what makes ready comes before `begin` is called. */
  take(from: Contestant, magnet: string, file: string, begin: () => void): Promise<void>
  /** Bytes of that file that are there so far. */
  bytes(file: string): Promise<number>
}

type Start = (place: string, hub: string, shared: string, tls: boolean) => Promise<Contestant>

const pollMs = 5
const transferMs = 240_000

/** Every client takes from every other, in a world that is made anew for each turn. */
export async function transfers(folder: string, size: number, rounds: number): Promise<readonly TransferTurn[]> {
  const missing = ['uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon'].filter((one) => programPath(one) === undefined)
  if (missing.length > 0) {
    console.log(`NOT MEASURED: ${missing.join(', ')} not installed`)
    return []
  }
  const shared = join(folder, 'shared')
  const file = 'material.bin'
  const magnet = await makeFile(shared, file, size)
  const starts: readonly (readonly [string, Start])[] = [
    ['Kith', kith],
    ['ncdc', ncdc],
    ['EiskaltDC++', eiskalt],
  ]
  const turns: TransferTurn[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const tls of [false, true]) {
      for (const [from, startFrom] of starts) {
        for (const [to, startTo] of starts) {
          if (from === to) continue
          const place = join(folder, `${round}`)
          const seconds = await turn(place, shared, startFrom, startTo, tls, { magnet, file, size })
          turns.push({ from, to, tls, seconds })
          console.log(JSON.stringify(turns.at(-1)))
          await rm(place, { recursive: true, force: true, maxRetries: 5 })
        }
      }
    }
  }
  return turns
}

interface Wanted {
  readonly magnet: string
  readonly file: string
  readonly size: number
}

async function turn(
  place: string,
  shared: string,
  startFrom: Start,
  startTo: Start,
  tls: boolean,
  { magnet, file, size }: Wanted,
): Promise<number> {
  await using uhub = await Uhub.start(join(place, 'uhub'))
  const nothing = join(place, 'nothing')
  await mkdir(nothing, { recursive: true })
  await using from = await startFrom(join(place, 'from'), uhub.address, shared, tls)
  await using to = await startTo(join(place, 'to'), uhub.address, nothing, tls)
  let began = performance.now()
  await to.take(from, magnet, file, () => (began = performance.now()))
  await until(
    async () => {
      if ((await to.bytes(file)) >= size) return true
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      return false
    },
    transferMs,
    () => ({ from: from.name, to: to.name }),
  )
  return (performance.now() - began) / 1000
}

/** A file of random bytes; gives a magnet link to it. */
async function makeFile(folder: string, name: string, size: number): Promise<string> {
  await mkdir(folder, { recursive: true })
  const bytes = randomFillSync(new Uint8Array(size))
  await using handle = await open(join(folder, name), 'w')
  await handle.write(bytes)
  return formatMagnet({ digests: [digestOf('tth', tth(new TigerKernel(), bytes))], size, name })!
}

async function kith(place: string, hub: string, shared: string, tls: boolean): Promise<Contestant> {
  const daemon = await Kith.start(place, [
    `directconnect.hubs=${hub}`,
    'directconnect.nick=Kith',
    `directconnect.encryption=${tls ? 'required' : 'never'}`,
  ])
  await daemon.client.call('shareFolder', { body: { path: shared } })
  const networks = (): Promise<{ state: string }> => daemon.client.call('network', { params: { id: 'directconnect' } })
  await until(async () => {
    const { state, known } = await daemon.client.call('hashing')
    return (
      state === 'idle' && (known.files > 0 || shared.endsWith('nothing')) && (await networks()).state === 'connected'
    )
  }, 120_000)
  let id = ''
  return {
    name: 'Kith',
    nick: 'Kith',
    async take(_from, magnet, _file, begin) {
      begin()
      id = (await daemon.add(magnet)).id
    },
    bytes: async () => (await daemon.transfer(id)).had,
    [Symbol.asyncDispose]: () => daemon.stop(),
  }
}

async function ncdc(place: string, hub: string, shared: string, tls: boolean): Promise<Contestant> {
  const client = await Ncdc.start(place, 'ncdc', { tls_policy: tls ? 'prefer' : 'disabled' })
  if (!shared.endsWith('nothing')) await client.share(shared, 'shared')
  await client.join(hub)
  return {
    name: 'ncdc',
    nick: 'ncdc',
    async take(from, _magnet, _file, begin) {
      await client.type(`/browse ${from.nick}`)
      await client.tab(`/${from.nick}`)
      begin()
      await client.key('d')
    },
    bytes: (file) => bytesIn(join(client.downloads, 'shared', file)),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

async function eiskalt(place: string, hub: string, shared: string, tls: boolean): Promise<Contestant> {
  const client = await Eiskalt.start(place, 'eiskalt', { UseTLS: tls ? '1' : '0', RequireTLS: tls ? '1' : '0' })
  await client.join(hub)
  if (!shared.endsWith('nothing')) await client.share(shared, 'shared')
  return {
    name: 'EiskaltDC++',
    nick: 'eiskalt',
    async take(from, magnet, _file, begin) {
      await client.list(hub, from.nick)
      await client.call('magnet.add', { magnet, directory: `${client.downloads}/` })
      begin()
      await client.call('queue.matchlists', {})
    },
    bytes: (file) => bytesIn(join(client.downloads, file)),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

/** Both put a file there once it is whole. */
function bytesIn(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}
