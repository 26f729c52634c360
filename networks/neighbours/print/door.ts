import { faultOf, FaultError } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { HttpAnswer, HttpListener, HttpQuestion } from '@kith/core/network/http.ts'
import type { Lines } from '../lines.ts'
import { encodeIpp } from '../wire/ipp.ts'
import { toProgram } from '../wire/ipp-rewrite.ts'
import { refusal, status } from '../wire/ipp-words.ts'
import { type Asked, askedIn, IPP_TYPE } from './ask.ts'
import { conduct } from './conduct.ts'
import type { Jobs, Target } from './jobs.ts'
import type { Known } from './known.ts'

const LISTEN_AT = '127.0.0.1'
/** Programs keep a connection to their printer while they do something else. */
const IDLE_MS = 5 * 60_000
/** Names that a program of this machine calls it by; a web page that was led here by its own name is none. */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** What is behind the door. */
export interface BehindDoor {
  readonly jobs: Jobs
  readonly lines: Pick<Lines, 'ask'>
  find(key: string): { readonly known: Known; readonly target: Target } | undefined
  /** Its device says that it is not there any more. */
  gone(known: Known): void
}

/** Where programs of this machine reach the printers of devices nearby, each as an IPP Everywhere printer. */
export class PrinterDoor implements AsyncDisposable {
  readonly #host: Pick<Host, 'http' | 'keep' | 'clock' | 'log' | 'net'>
  readonly #behind: BehindDoor
  #listener: HttpListener | undefined

  constructor(host: Pick<Host, 'http' | 'keep' | 'clock' | 'log' | 'net'>, behind: BehindDoor) {
    this.#host = host
    this.#behind = behind
  }

  /** Undefined until it is open. */
  get port(): number | undefined {
    return this.#listener?.local.port
  }

  uriOf(key: string): string {
    return `ipp://${this.#addressOf(key)}`
  }

  #addressOf(key: string): string {
    return `localhost:${this.port ?? 0}/ipp/print/${key}`
  }

  /** Whether an address leads here. */
  isAt(url: URL): boolean {
    const isHere = ownNames.has(url.hostname) || this.#host.net.isOwn(url.hostname.replace(/^\[|\]$/g, ''))
    return isHere && this.port !== undefined && Number(url.port) === this.port
  }

  /** The port of last time, so that what the system remembers of the printer stays right. @throws FaultError `local` */
  async open(): Promise<void> {
    if (this.#listener !== undefined) return
    const { http, keep } = this.#host
    const kept = keep.get('print-port')
    const last = kept === undefined ? 0 : ((kept[0] ?? 0) << 8) | (kept[1] ?? 0)
    const open = (port: number): Promise<HttpListener> =>
      http.listen({ port, host: LISTEN_AT, bodies: true, idleMs: IDLE_MS }, (question) => this.#answer(question))
    let listener: HttpListener
    try {
      listener = await open(last)
    } catch (error) {
      if (last === 0 || !(error instanceof FaultError)) throw error
      listener = await open(0)
    }
    const { port } = listener.local
    keep.set('print-port', Uint8Array.of(port >> 8, port & 255))
    this.#listener = listener
  }

  async #answer(question: HttpQuestion): Promise<HttpAnswer> {
    const host = question.headers['host']?.replace(/:\d+$/, '').toLowerCase() ?? ''
    if (!ownNames.has(host) && !/^kith-here-[0-9a-f]+\.local\.?$/.test(host)) return { status: 421 }
    const [, ipp, print, key = '', room, number] = question.target.split('/')
    const found = ipp === 'ipp' && print === 'print' ? this.#behind.find(key) : undefined
    if (found === undefined) return { status: 404 }
    if (question.method === 'GET' && room === 'web' && /^\d{1,3}$/.test(number ?? '')) {
      return this.#resource(found.known, Number(number), question.signal)
    }
    if (question.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
    if (question.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== IPP_TYPE) return { status: 415 }
    let asked: Asked
    try {
      asked = await askedIn(question.body)
    } catch (error) {
      if (faultOf(error).kind !== 'peer') throw error
      return { status: 400 }
    }
    const { message, document } = asked
    let answer
    try {
      answer = await conduct({ jobs: this.#behind.jobs, clock: this.#host.clock }, found.target, {
        message,
        document,
        signal: question.signal,
      })
    } catch (error) {
      const fault = faultOf(error)
      this.#host.log.info('a printer nearby did not answer', { fault })
      const isGone = fault.code === 'neighbours/not-there'
      if (isGone) this.#behind.gone(found.known)
      answer = refusal(message, isGone ? status.gone : status.unavailable, fault.message)
    }
    const body = encodeIpp(toProgram(answer, this.#addressOf(key)))
    return { status: 200, headers: { 'content-type': IPP_TYPE }, body }
  }

  async #resource({ device, printer }: Known, number: number, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#behind.lines.ask(device, {
      method: 'GET',
      target: `/printers/${printer.id}/web/${number}`,
      signal,
    })
    return {
      status: 200,
      headers: {
        'content-type': answer.type ?? 'application/octet-stream',
        // It comes from somebody else: whatever it is, it may do nothing here.
        'content-security-policy': "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
        'x-content-type-options': 'nosniff',
      },
      body: answer.body,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener?.[Symbol.asyncDispose]()
  }
}
