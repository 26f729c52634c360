import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { localNetwork } from '../namespaces.ts'
import { until } from '../peers/client.ts'
import { behindRouter } from './behind-router.ts'

const hubPort = 26_411
const alone = ['neighbours.discovery=false', 'connections.port_mapping=false']

/** Our hub where everybody reaches it, and two homes behind routers that let nobody in. */
export interface TwoHomes extends AsyncDisposable {
  hub(scheme: 'adc' | 'dchub'): string
  /** The beginnings of commands that run in them. */
  readonly within: readonly (readonly string[])[]
  /** A Kith in one of them that nobody can dial; `hub` is where it goes. */
  kith(home: 0 | 1, nick: string, hub: string, settings?: readonly string[]): Promise<Kith>
}

export async function twoHomes(at: Scratch): Promise<TwoHomes> {
  await using made = new AsyncDisposableStack()
  const network = made.use(await localNetwork(3))
  const [outside, ...routers] = network.machines
  const own = [`directconnect.directoryPort=${hubPort}`, 'directconnect.directory=true', ...alone]
  made.use(await Kith.start(at.at('hub'), own, outside!.within))
  const within: (readonly string[])[] = []
  for (const router of routers) within.push(made.use(await behindRouter(router)).within)
  const all = made.move()
  return {
    hub: (scheme) => `${scheme}://${outside!.address}:${hubPort}`,
    within,
    async kith(home, nick, hub, settings = []) {
      const how = [`directconnect.hubs=${hub}`, `directconnect.nick=${nick}`, 'directconnect.mode=passive']
      return all.use(await Kith.start(at.at(nick), [...how, ...alone, ...settings], within[home]))
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  }
}

/** Shares a folder with one file, and waits until its digests are known. */
export async function shareOneFile(kith: Kith, folder: string): Promise<void> {
  await kith.client.call('shareFolder', { body: { path: folder } })
  await until(async () => {
    const { state, known } = await kith.client.call('hashing')
    return state === 'idle' && known.files === 1
  })
}

/** Waits until the hub has told how much somebody shares: whoever shares nothing, as far as it knows, is asked nothing. */
export async function sharesSoMuch(kith: Kith, nick: string, bytes: number): Promise<void> {
  await until(
    async () => (await kith.client.call('people', { query: { filter: nick } })).rows[0]?.shared === bytes,
    180_000,
    async () => ({ people: await kith.client.call('people', { query: {} }), log: await kith.log() }),
  )
}
