import { open, readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { digestOf } from '@kith/core/content/digest.ts'
import { journal } from '@kith/core/journal/journal.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import { defaults } from '@kith/core/network/schema.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Query } from '@kith/core/search/query.ts'
import { listedShares } from '@kith/core/share/listed.ts'
import type { Share } from '@kith/core/share/share.ts'
import { systemClock } from '@kith/daemon/host/clock.ts'
import { systemNames } from '@kith/daemon/host/names.ts'
import type { OpenNet } from '@kith/daemon/host/net/open.ts'
import { openNet } from '@kith/daemon/host/net/open.ts'
import { systemRandom } from '@kith/daemon/host/random.ts'
import { Member } from '@kith/directconnect/member.ts'
import type { Settings } from '@kith/directconnect/settings.ts'
import { settings as schema } from '@kith/directconnect/settings.ts'
import { tth } from '@kith/wire/hash/tiger-tree.ts'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { until } from '../peers/client.ts'
import { freePort } from '../peers/process.ts'

/** Kith's part in Direct Connect with the real sockets of a daemon, and with shares that the test puts there. */
export class OnHub implements AsyncDisposable {
  readonly member: Member
  readonly #net: OpenNet
  readonly lines: string[]

  private constructor(member: Member, net: OpenNet, lines: string[]) {
    this.member = member
    this.#net = net
    this.lines = lines
  }

  static async start(
    hub: string,
    shares: readonly Share[],
    more: Partial<Settings> = {},
    refusal?: RegExp,
  ): Promise<OnHub> {
    const [clock, random] = [systemClock(), systemRandom()]
    const lines: string[] = []
    const log = logTo(lines)
    const budget = budgets(clock)
    const net = await openNet({ clock, random, budget, log, port: await freePort(), bind: '127.0.0.1' })
    const kept = new Map<string, Uint8Array>()
    const host: Omit<Host, 'http' | 'channels' | 'carriers' | 'discovery' | 'taps' | 'arrivals'> = {
      clock,
      random,
      net: net.within(budget.child('directconnect')),
      names: systemNames(clock),
      keep: {
        get: (key) => kept.get(key),
        set: (key, value) => void (value === undefined ? kept.delete(key) : kept.set(key, value)),
      },
      record() {},
      shares: listedShares(shares),
      log,
      journal: journal(clock),
      budget,
      self: { program: 'Kith', version: '0.1.0', device: 'test' },
    }
    const member = new Member(host as Host, { ...defaults(schema), hubs: [hub], nick: 'Kith', ...more })
    await member.open()
    const on = new OnHub(member, net, lines)
    try {
      await until(async () => {
        if (refusal !== undefined && lines.some((line) => refusal.test(line))) throw new Error('It was refused')
        return member.health.current.state === 'connected'
      })
    } catch (error) {
      await on[Symbol.asyncDispose]()
      throw new Error(`It did not reach the hub:\n${lines.join('\n')}`, { cause: error })
    }
    return on
  }

  /** A magnet link for a share or a hit. */
  link(of: Pick<Hit, 'content'>): string {
    return formatMagnet(of.content)!
  }

  /** The first hit that passes. It asks again: a question may have to wait two seconds until the hub may be asked. */
  async find(query: Query, test: (hit: Hit) => boolean, ms = 180_000): Promise<Hit> {
    const { search } = this.member
    const end = Date.now() + ms
    while (Date.now() < end) {
      for await (const hit of search.run(search.plan(query), AbortSignal.timeout(6_000))) if (test(hit)) return hit
    }
    throw new Error(`Nothing was found:\n${this.lines.join('\n')}`)
  }

  /**
   * The paths of somebody's list with their links, as far as they came: who is busy just now does not answer. It takes a
   * second at least: ncdc gives the same to the same user ten times an hour only.
   */
  async list(peer: Peer, ms = 60_000, folder?: readonly string[]): Promise<Map<string, string>> {
    const files = new Map<string, string>()
    const signal = AbortSignal.timeout(ms)
    const second = new Promise((resolve) => setTimeout(resolve, 1_000))
    try {
      for await (const { path, link } of this.member.browse.browse(peer, signal, folder))
        files.set(path.join('/'), link!)
    } catch (error) {
      if (!signal.aborted) throw error
    }
    await second
    return files
  }

  /** Waits for a message in any room that passes; gives its room. */
  async heard(text: string, from: string, ms = 90_000): Promise<string> {
    const { chat } = this.member
    let room: string | undefined
    await until(async () => {
      room = chat.rooms.current.find(({ id }) =>
        chat.history(id).some((message) => message.text === text && message.from === from),
      )?.id
      return room !== undefined
    }, ms)
    return room!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.member[Symbol.asyncDispose]()
    await this.#net[Symbol.asyncDispose]()
  }
}

/** The files below a folder as shares, under its name. */
export async function sharesOf(folder: string): Promise<Share[]> {
  const kernel = new TigerKernel()
  const shares: Share[] = []
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file)
    shares.push({
      id: file,
      content: { digests: [digestOf('tth', tth(kernel, bytes))], size: bytes.length, name: entry.name },
      path: [basename(folder), ...relative(folder, file).split(sep)],
      audience: 'everyone',
      async read(offset, into) {
        await using handle = await open(file)
        let at = offset
        for (const buffer of into) {
          await handle.read(buffer, 0, buffer.length, at)
          at += buffer.length
        }
      },
    })
  }
  return shares
}

function logTo(lines: string[]): Log {
  const line =
    (level: string) =>
    (sentence: string, fields?: Readonly<Record<string, unknown>>): void =>
      void lines.push(`${level} ${sentence} ${JSON.stringify(fields ?? {})}`)
  const log: Log = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: () => log,
  }
  return log
}
