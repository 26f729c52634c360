import { FaultError } from '@kith/core/fault/fault.ts'
import type { Machine, Output } from '@kith/core/network/machine.ts'
import { concat, fromLatin1, latin1, utf8 } from '@kith/wire/bytes.ts'
import { terminated } from '@kith/wire/framing.ts'
import { parseHostPort } from '@kith/wire/host-port.ts'
import type { Place } from '../internet/places.ts'
import { isHostName } from '../wire/socks.ts'
import { ASK_MS, type ProxyAnswers, type ProxyEvent, type Refusal, tooSlow } from './proxy.ts'

/** As much as most servers take. */
const MOST_HEAD_BYTES = 64 * 1024
const HTTP_PORT = 80
/** The end of the last field, and a line with nothing in it. */
const emptyLine = utf8('\r\n\r\n')
/** What is said to the proxy and not to the server behind it (RFC 9110 7.6.1). */
const forProxy = /^(?:proxy-[\w-]+|connection|keep-alive|te|upgrade)$/i

const answers: Record<Refusal | 'nonsense' | 'long', string> = {
  nonsense: '400 Bad Request',
  long: '431 Request Header Fields Too Large',
  refused: '403 Forbidden',
  unknown: '502 Bad Gateway',
  unreachable: '502 Bad Gateway',
  broken: '502 Bad Gateway',
  late: '504 Gateway Timeout',
}
const sentences: Record<Refusal, string> = {
  refused: 'Who lends this connection does not let it go there.',
  unknown: 'There is no such name.',
  unreachable: 'That address does not answer.',
  late: 'That address does not answer in time.',
  broken: 'The device that lends this connection cannot be reached.',
}

/**
 * The proxy's side of HTTP/1.1, for programs of this machine: CONNECT (RFC 9110 9.3.6), and plain requests for an
 * absolute address, one for each connection.
 *
 * ```
 *   head ──a whole head──► asked ──answer──► over
 *     └── nonsense, too long, too slow ──► over
 * ```
 */
export class HttpProxyTalk implements Machine<ProxyEvent>, ProxyAnswers {
  readonly #out: Output<ProxyEvent>[] = []
  #state: 'head' | 'asked' | 'over' = 'head'
  readonly #framer = terminated(emptyLine, MOST_HEAD_BYTES - emptyLine.length)
  #deadline: number | undefined
  #tunnel = false

  constructor(now: number) {
    this.#deadline = now + ASK_MS
  }

  get deadline(): number | undefined {
    return this.#deadline
  }

  receive(bytes: Uint8Array): void {
    if (this.#state !== 'head') return
    let head: string | undefined
    try {
      for (const frame of this.#framer.frames(bytes)) {
        head = latin1(frame)
        break
      }
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      return this.#answer('long', '')
    }
    // What comes after the head is kept by the framer.
    if (head !== undefined) this.#head(head, this.#framer.rest())
  }

  tick(now: number): void {
    if (this.#deadline === undefined || now < this.#deadline) return
    this.#close()
    this.#out.push({ kind: 'close', fault: tooSlow() })
  }

  poll(): Output<ProxyEvent> | undefined {
    return this.#out.shift()
  }

  connected(): void {
    if (this.#tunnel) this.#send('HTTP/1.1 200 Connection Established\r\n\r\n')
    this.#state = 'over'
  }

  associated(): void {
    this.refused('broken')
  }

  refused(why: Refusal): void {
    this.#answer(why, sentences[why])
  }

  #head(text: string, body: Uint8Array): void {
    const [line = '', ...fields] = text.split('\r\n')
    const [method = '', target = '', version = '', ...more] = line.split(' ')
    if (!/^HTTP\/1\.[01]$/.test(version) || more.length > 0 || !/^[!#$%&'*+.^`|~\w-]+$/.test(method)) {
      return this.#answer('nonsense', '')
    }
    if (method === 'CONNECT') {
      const to = placeOf(target)
      if (to === undefined) return this.#answer('nonsense', '')
      this.#tunnel = true
      return this.#ask(to, body)
    }
    const match = /^http:\/\/([^/?#@]+)([/?][^#]*)?$/i.exec(target)
    const to = match === null ? undefined : (placeOf(match[1]!) ?? placeOf(`${match[1]!}:${HTTP_PORT}`))
    if (to === undefined) return this.#answer('nonsense', '')
    const path = match?.[2] ?? '/'
    const kept = fields.filter((field) => !forProxy.test(field.slice(0, Math.max(0, field.indexOf(':')))))
    const origin = `${method} ${path.startsWith('?') ? `/${path}` : path} ${version}`
    const head = fromLatin1([origin, ...kept, 'Connection: close', '', ''].join('\r\n'))
    if (head === undefined) return this.#answer('nonsense', '')
    this.#ask(to, concat([head, body]))
  }

  #ask(to: Place, rest: Uint8Array): void {
    this.#state = 'asked'
    this.#deadline = undefined
    this.#out.push({ kind: 'event', event: { kind: 'connect', to, rest } })
  }

  #answer(what: keyof typeof answers, sentence: string): void {
    if (this.#state === 'over') return
    const body = sentence === '' ? '' : `${sentence}\n`
    const fields = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${utf8(body).length}\r\nConnection: close`
    this.#send(`HTTP/1.1 ${answers[what]}\r\n${fields}\r\n\r\n${body}`)
    this.#close()
    this.#out.push({ kind: 'close' })
  }

  #close(): void {
    this.#state = 'over'
    this.#deadline = undefined
  }

  #send(text: string): void {
    this.#out.push({ kind: 'send', bytes: utf8(text) })
  }
}

function placeOf(text: string): Place | undefined {
  const to = parseHostPort(text)
  return to !== undefined && isHostName(to.host) ? to : undefined
}
