import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every, sleep } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { HttpResponse } from '@kith/core/network/http.ts'
import { Filler } from '@kith/core/transfer/filler.ts'
import type { Claim, Lane, LaneFacts, LanePort } from '@kith/core/transfer/lane.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { Rate } from '../swarm/rate.ts'
import type { Metainfo } from '../wire/metainfo.ts'
import type { Ask, Style } from './asks.ts'
import { runsFor } from './asks.ts'

/** Blocks that one question asks for at the most, 4 MiB; a seed that is fast gets long questions. */
const mostBlocks = 256
const fewestBlocks = 16
/** A question should take about this long, in seconds. */
const questionSeconds = 4
type RequestAsk = Extract<Ask, { kind: 'request' }>

/** Waits after failures, in milliseconds; what is not there at all is asked again much later. */
const firstRetryMs = 10_000
const longestRetryMs = 10 * 60_000
const absentRetryMs = 60 * 60_000
const answerMs = 30_000

/**
 * Fetches from a plain web server that has the same bytes, until the signal aborts. The server is a lane like any peer:
 * bad bytes are blamed on it, and it is left alone for a while when it fails.
 */
export async function webSeed(
  host: Pick<Host, 'clock' | 'http' | 'log'>,
  subject: Subject,
  metainfo: Metainfo,
  url: string,
  style: Style,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0
  while (!signal.aborted && URL.canParse(url)) {
    const seed = new WebSeed(host, subject, metainfo, url, style)
    if (subject.banned(`bittorrent/${seed.peer.key}`)) return
    const before = seed.delivered
    const fault = await seed.run(signal)
    if (signal.aborted || fault?.code === 'transfer/bad-bytes') return
    failures = seed.delivered > before ? 0 : failures + 1
    const wait =
      fault?.code === 'bittorrent/web-seed-absent'
        ? absentRetryMs
        : Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 8))
    const asked = fault?.retryAt === undefined ? 0 : fault.retryAt - host.clock.now()
    host.log.debug('a web seed rests', { url, code: fault?.code, message: fault?.message })
    await sleep(host.clock, Math.max(wait, asked), signal).catch(() => {})
  }
}

class WebSeed implements Lane {
  readonly peer: Lane['peer']
  readonly via = 'http'
  delivered = 0
  readonly #host: Pick<Host, 'clock' | 'http' | 'log'>
  readonly #subject: Subject
  readonly #metainfo: Metainfo
  readonly #url: string
  readonly #style: Style
  readonly #rate: Rate
  readonly #stop = new AbortController()
  #asking = new AbortController()
  #fault: Fault | undefined
  #wake: (() => void) | undefined
  #busy = false

  constructor(
    host: Pick<Host, 'clock' | 'http' | 'log'>,
    subject: Subject,
    metainfo: Metainfo,
    url: string,
    style: Style,
  ) {
    this.#host = host
    this.#subject = subject
    this.#metainfo = metainfo
    this.#url = url
    this.#style = style
    this.#rate = new Rate(host.clock.now())
    const { origin, host: name } = new URL(url)
    this.peer = { network: 'bittorrent', key: origin, name, client: 'web server' }
  }

  rate(): number {
    return this.#rate.current
  }
  has(): boolean {
    return true
  }
  wake(): void {
    this.#wake?.()
  }
  cancel(): void {
    // One question asks for many blocks; what comes although nobody wants it any more is passed over.
  }
  abandon(): void {
    this.#asking.abort(fail('gone', 'bittorrent/web-seed-abandoned', 'What was asked for is not wanted any more'))
  }
  close(fault?: Fault): void {
    this.#fault ??= fault
    this.#stop.abort(fail('gone', 'bittorrent/closing', 'The web seed is being closed'))
  }
  idle(): string | undefined {
    return this.#busy ? undefined : 'nothing to ask for'
  }
  facts(): LaneFacts {
    return { upRate: 0, progress: 1, incoming: false, taking: false }
  }

  /** Asks for as long as there is something to ask for; gives what made it stop. */
  async run(signal: AbortSignal): Promise<Fault | undefined> {
    const port = this.#subject.open(this)
    const stop = AbortSignal.any([signal, this.#stop.signal])
    using _ticking = every(this.#host.clock, 1_000, () => this.#rate.tick(this.#host.clock.now()))
    try {
      port.supplyAll()
      while (!stop.aborted) {
        const claims: Claim[] = []
        const seconds = Math.floor((this.#rate.current * questionSeconds) / 16_384)
        port.claim(Math.min(mostBlocks, Math.max(fewestBlocks, seconds)), claims)
        this.#busy = claims.length > 0
        if (claims.length === 0) await this.#somethingToDo(stop)
        else await this.#fetch(port, claims, stop)
      }
      return this.#fault
    } catch (error) {
      return this.#fault ?? faultOf(error, 'fetch from a web server')
    } finally {
      port[Symbol.dispose]()
    }
  }

  #somethingToDo(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake = undefined
        stop.removeEventListener('abort', done)
        resolve()
      }
      this.#wake = done
      stop.addEventListener('abort', done, { once: true })
    })
  }

  async #fetch(port: LanePort, claims: readonly Claim[], stop: AbortSignal): Promise<void> {
    this.#asking = new AbortController()
    const either = AbortSignal.any([stop, this.#asking.signal])
    try {
      for (const run of runsFor(this.#metainfo, this.#url, this.#style, claims)) {
        const filler = new Filler(port, run.claims)
        for (const ask of run.asks) {
          if (ask.kind === 'zeros') filler.take(new Uint8Array(ask.length))
          else await this.#ask(filler, ask, either)
        }
      }
    } catch (error) {
      // Abandoned, not failed: the claims are void, and the next question asks for what is wanted now.
      if (!this.#asking.signal.aborted || stop.aborted) throw error
    } finally {
      port.putBack()
    }
  }

  async #ask(filler: Filler, ask: RequestAsk, signal: AbortSignal): Promise<void> {
    const { range } = ask
    const response = await this.#host.http.request({
      url: ask.url,
      headers: range === undefined ? {} : { range: `bytes=${range.start}-${range.end - 1}` },
      budget: this.#subject.budget,
      timeoutMs: answerMs,
      signal,
    })
    this.#check(response, ask)
    // Without a range the pieces of the query say how long the answer is: as long as what is still to be filled.
    let missing = range === undefined ? Infinity : range.end - range.start
    for await (const part of response.body) {
      signal.throwIfAborted()
      const bytes = part.subarray(0, missing)
      missing -= bytes.length
      this.#rate.add(bytes.length)
      this.delivered += bytes.length
      filler.take(bytes)
      if (missing === 0 || filler.done) return
    }
    throw fail('peer', 'bittorrent/web-seed-short', 'The web server sent less than it was asked for')
  }

  /** @throws FaultError when the answer is not what was asked for */
  #check({ status, headers }: HttpResponse, ask: RequestAsk): void {
    if (status === 206 && ask.range !== undefined) {
      const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
      if (range !== null && Number(range[1]) === ask.range.start && Number(range[2]) === ask.range.end - 1) return
      throw fail('peer', 'bittorrent/web-seed-range', 'The web server sent another part than it was asked for')
    }
    // Without range support only a question for the whole of a file is answered.
    if (status === 200 && (ask.range === undefined || ask.whole)) return
    if (status === 200) throw fail('peer', 'bittorrent/web-seed-no-ranges', 'The web server cannot send parts of files')
    const retryAfter = Number(headers['retry-after'])
    if ((status === 503 || status === 429) && Number.isFinite(retryAfter)) {
      throw fail('unavailable', 'bittorrent/web-seed-busy', 'The web server is busy', {
        retryAt: this.#host.clock.now() + retryAfter * 1000,
      })
    }
    if (status === 404 || status === 410 || status === 403)
      throw fail('unavailable', 'bittorrent/web-seed-absent', `The web server does not have it (${status})`)
    throw fail('unavailable', 'bittorrent/web-seed-status', `The web server answers ${status}`)
  }
}
