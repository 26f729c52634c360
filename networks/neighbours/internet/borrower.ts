import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { BorrowedInternet, InternetTerms } from '@kith/core/offer/internet.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { decodeTerms } from '../wire/internet.ts'
import { MOST_MESSAGE_BYTES } from '../wire/messages.ts'
import { keepUses, keptUses } from './kept.ts'
import { Proxy } from './proxy.ts'

const TICK_MS = 1_000
/** How often a device is asked whether it still lends; sooner when something failed. */
const LOOK_MS = 30_000
const LOOK_SOON_MS = 2_000
const ASK_MS = 10_000

interface Use {
  readonly device: string
  readonly proxy: Proxy
  state: BorrowedInternet['state']
  terms: InternetTerms | undefined
  lookAt: number
  whole: Whole | undefined
}

/** All that this machine sends goes by a neighbour, until disposed. */
export interface Whole extends AsyncDisposable {
  /** Over IPv6 too, as it is now; otherwise that is closed. */
  readonly v6: boolean
}

/** What makes all that this machine sends go by a neighbour; with `wait` it works, or throws. */
export type WholeWay = (device: string, wait: boolean) => Promise<Whole>

/** Connections of others, used by programs of this machine. Kept over restarts. */
export class Borrower implements AsyncDisposable {
  readonly borrowed: WritableValue<readonly BorrowedInternet[]> = value<readonly BorrowedInternet[]>([])
  readonly #host: Host
  readonly #lines: Lines
  readonly #wholeWay: WholeWay
  readonly #uses = new Map<string, Use>()
  readonly #ticking: Disposable
  #begun: Promise<void> = Promise.resolve()
  /** What is begun and ended goes one after another: two at once would leave one that nobody sees, and nobody ends. */
  #turning: Promise<unknown> = Promise.resolve()
  #over = false

  constructor(host: Host, lines: Lines, wholeWay: WholeWay) {
    this.#host = host
    this.#lines = lines
    this.#wholeWay = wholeWay
    this.#ticking = every(host.clock, TICK_MS, () => this.#tick())
  }

  /** Goes on with what was used before. */
  begin(): void {
    this.#begun = this.#begin()
  }

  async #begin(): Promise<void> {
    for (const { device, port, whole } of keptUses(this.#host.keep)) {
      try {
        const use = await this.#open(device, port)
        if (whole) use.whole = await this.#wholeWay(device, false)
      } catch (error) {
        this.#host.log.warn('a borrowed connection is not used again', { fault: faultOf(error) })
      }
    }
    this.#tell()
  }

  /** What a device lends; undefined for nothing. @throws FaultError `gone`, `peer` */
  async at(device: string, signal?: AbortSignal): Promise<InternetTerms | undefined> {
    const channel = await this.#lines.to(device, signal)
    const answer = await channel.ask({
      method: 'GET',
      target: '/internet',
      timeoutMs: ASK_MS,
      ...(signal === undefined ? {} : { signal }),
    })
    const body = await wholeOf(answer, MOST_MESSAGE_BYTES)
    return answer.status === 200 ? decodeTerms(body) : undefined
  }

  async ask(device: string): Promise<void> {
    await wholeOf(await this.#lines.ask(device, { method: 'POST', target: '/internet/ask' }, true), MOST_MESSAGE_BYTES)
  }

  use(device: string, options: { readonly port?: number; readonly whole?: boolean }): Promise<BorrowedInternet> {
    return this.#turn(() => this.#use(device, options))
  }

  stop(device: string): Promise<void> {
    return this.#turn(() => this.#stop(device))
  }

  #turn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turning.then(() => this.#begun).then(work)
    this.#turning = done.catch(() => {})
    return done
  }

  async #use(device: string, options: { readonly port?: number; readonly whole?: boolean }): Promise<BorrowedInternet> {
    const terms = await this.at(device)
    if (terms === undefined) {
      throw fail('unavailable', 'neighbours/not-lent', 'That device does not lend its connection to this one', {
        hint: 'Ask for it: kith internet ask NAME',
      })
    }
    const known = this.#uses.get(device)
    const use = known ?? (await this.#open(device, options.port))
    try {
      if (options.whole !== undefined) await this.#turnWhole(use, options.whole, terms)
    } catch (error) {
      if (known === undefined && this.#uses.get(device) === use) await this.#stop(device)
      throw error
    }
    this.#found(use, terms)
    this.#store()
    return shown(use)
  }

  async #turnWhole(use: Use, on: boolean, terms: InternetTerms): Promise<void> {
    if (on === (use.whole !== undefined)) return
    if (on && !terms.whole) throw fail('unavailable', 'neighbours/not-whole', 'That device lends its proxy only')
    const before = use.whole
    use.whole = undefined
    await before?.[Symbol.asyncDispose]()
    if (!on) return
    const whole = await this.#wholeWay(use.device, true)
    if (!this.#over) return void (use.whole = whole)
    await whole[Symbol.asyncDispose]()
    throw leaving()
  }

  async #stop(device: string): Promise<void> {
    const use = this.#uses.get(device)
    if (use === undefined) throw fail('input', 'neighbours/not-used', 'The connection of that device is not used')
    this.#uses.delete(device)
    this.#store()
    await close(use)
  }

  async #open(device: string, port: number | undefined): Promise<Use> {
    const proxy = new Proxy({
      host: this.#host,
      lines: this.#lines,
      device,
      doubted: () => {
        use.lookAt = Math.min(use.lookAt, this.#host.clock.now() + LOOK_SOON_MS)
      },
    })
    const use: Use = { device, proxy, state: 'away', terms: undefined, lookAt: 0, whole: undefined }
    await proxy.listen(port)
    if (this.#over) {
      await proxy[Symbol.asyncDispose]()
      throw leaving()
    }
    this.#uses.set(device, use)
    return use
  }

  #found(use: Use, terms: InternetTerms | undefined): void {
    use.terms = terms
    use.state = terms === undefined ? 'refused' : 'ready'
    use.lookAt = this.#host.clock.now() + LOOK_MS
  }

  async #look(use: Use): Promise<void> {
    use.lookAt = Number.POSITIVE_INFINITY
    try {
      this.#found(use, await this.at(use.device))
    } catch {
      use.state = 'away'
      use.lookAt = this.#host.clock.now() + LOOK_MS
    }
  }

  #tick(): void {
    const now = this.#host.clock.now()
    for (const use of this.#uses.values()) if (use.lookAt <= now) void this.#look(use)
    this.#tell()
  }

  #store(): void {
    const uses = [...this.#uses.values()]
    keepUses(
      this.#host.keep,
      uses.map(({ device, proxy, whole }) => ({ device, port: proxy.local.port, whole: whole !== undefined })),
    )
    this.#tell()
  }

  #tell(): void {
    this.borrowed.set([...this.#uses.values()].map(shown))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true
    this.#ticking[Symbol.dispose]()
    await this.#begun
    const all = [...this.#uses.values()]
    this.#uses.clear()
    await Promise.all(all.map(close))
  }
}

function leaving(): Error {
  return fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours')
}

function shown({ device, proxy, state, terms, whole }: Use): BorrowedInternet {
  return {
    device,
    proxy: proxy.local,
    state,
    whole: whole !== undefined,
    v6: whole?.v6 === true,
    down: proxy.down,
    up: proxy.up,
    connections: proxy.connections,
    ...(terms === undefined ? {} : { terms }),
  }
}

async function close({ proxy, whole }: Use): Promise<void> {
  await whole?.[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
}
