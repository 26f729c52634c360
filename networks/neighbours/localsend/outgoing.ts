import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Delivery, SentFile } from '@kith/core/network/deliveries.ts'
import type { Host } from '@kith/core/network/host.ts'
import { type HttpRequest, readBody } from '@kith/core/network/http.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { shaDigester } from '@kith/wire/hash/sha.ts'
import {
  type AskedFile,
  decodePrepareAnswer,
  encodePrepare,
  type Info,
  MOST_PREPARE_BYTES,
  type PrepareAnswer,
} from './messages.ts'
import type { Seen } from './seen.ts'
import { ANSWER_MS } from './sessions.ts'

const ROOT = '/api/localsend/v2'
/** Somebody who leaves says so, and does not wait for long. */
const CANCEL_MS = 5_000
/** What an answer without a meaning may hold. */
const MOST_ANSWER_BYTES = 64 * 1024
/** What is read before it is sent: of more, nobody would wait for the second reading. */
const MOST_DIGESTED_BYTES = 1024 ** 3

export function addressOf({ host, info }: Pick<Seen, 'host' | 'info'>, path: string): string {
  return `${info.protocol}://${endpointText({ host, port: info.port })}${ROOT}/${path}`
}

/** Before whom we speak: who has the certificate that was announced, where it was. */
export function trustOf({ protocol, fingerprint }: Info): NonNullable<HttpRequest['trust']> {
  const isDigest = protocol === 'https' && /^[0-9a-f]{64}$/i.test(fingerprint)
  return isDigest ? { pinned: Uint8Array.fromHex(fingerprint) } : 'anyone'
}

/** Files on their way to a device: asked for, sent one after another, and ended by either side. */
export class Outgoing {
  readonly id: string
  readonly #host: Host
  readonly #to: Seen
  readonly #files: readonly SentFile[]
  readonly #at: number
  readonly #abort = new AbortController()
  #state: Delivery['state'] = 'waiting'
  #fault: Fault | undefined
  #done = 0

  constructor(host: Host, id: string, to: Seen, files: readonly SentFile[]) {
    this.#host = host
    this.id = id
    this.#to = to
    this.#files = files
    this.#at = host.clock.now()
  }

  get isOver(): boolean {
    return this.#state !== 'waiting' && this.#state !== 'going'
  }

  get view(): Delivery {
    return {
      id: this.id,
      way: 'out',
      device: this.#to.id,
      name: this.#to.info.alias,
      what: this.#files[0]!.name,
      files: this.#files.length,
      size: this.#files.reduce((sum, { size }) => sum + size, 0),
      done: this.#done,
      state: this.#state,
      paths: [],
      at: this.#at,
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    }
  }

  cancel(): void {
    if (this.isOver) return
    this.#state = 'cancelled'
    this.#abort.abort(fail('gone', 'neighbours/abandoned', 'It is not wanted any more'))
  }

  /** Never fails: what went wrong is in the view. */
  async run(own: Info, pin: string | undefined, changed: () => void): Promise<void> {
    let session: string | undefined
    try {
      const answer = await this.#prepare(own, pin)
      session = answer?.session
      if (answer !== undefined) {
        this.#state = 'going'
        changed()
        for (const [index, file] of this.#files.entries()) {
          const token = answer.tokens.get(String(index))
          if (token !== undefined) await this.#upload(answer.session, String(index), token, file)
        }
      }
      this.#state = 'done'
    } catch (error) {
      if (session !== undefined) void this.#tellEnd(session)
      if (!this.isOver) {
        this.#fault = faultOf(error, `send to ${this.#to.info.alias}`)
        this.#state = this.#fault.code === 'neighbours/localsend-declined' ? 'refused' : 'failed'
      }
    }
    changed()
  }

  /** Undefined when the other side wants nothing sent. */
  async #prepare(own: Info, pin: string | undefined): Promise<PrepareAnswer | undefined> {
    const digests = await this.#digests()
    const files = this.#files.map(({ name, size }, index): AskedFile => {
      const sha256 = digests[index]
      return { id: String(index), name, size, ...(sha256 === undefined ? {} : { sha256 }) }
    })
    const body = encodePrepare({ info: own, files })
    const query = pin === undefined ? '' : `?pin=${encodeURIComponent(pin)}`
    const answer = await this.#ask(`prepare-upload${query}`, { body, timeoutMs: ANSWER_MS })
    if (answer.status === 204) return undefined
    if (answer.status !== 200) throw refusal(answer.status, pin !== undefined)
    return decodePrepareAnswer(answer.body)
  }

  /** So that the other side can see that it got what was sent. */
  async #digests(): Promise<readonly string[]> {
    if (this.#files.reduce((sum, { size }) => sum + size, 0) > MOST_DIGESTED_BYTES) return []
    const digests: string[] = []
    for (const file of this.#files) {
      const digester = shaDigester('sha256')
      for await (const part of file.open()) {
        this.#abort.signal.throwIfAborted()
        digester.update(part)
      }
      digests.push(digester.digest().toHex())
    }
    return digests
  }

  async #upload(session: string, id: string, token: string, file: SentFile): Promise<void> {
    const query = new URLSearchParams({ sessionId: session, fileId: id, token })
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(file.size) }
    const { status } = await this.#ask(`upload?${query}`, { headers, body: this.#counted(file.open()) })
    if (status !== 200) throw refusal(status, false)
  }

  async *#counted(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const part of bytes) {
      this.#done += part.length
      yield part
    }
  }

  async #tellEnd(session: string): Promise<void> {
    const url = addressOf(this.#to, `cancel?${new URLSearchParams({ sessionId: session })}`)
    const request = { url, method: 'POST', trust: trustOf(this.#to.info), redirects: 0, timeoutMs: CANCEL_MS }
    try {
      await readBody(await this.#host.http.request(request), MOST_ANSWER_BYTES, tooLong)
    } catch (error) {
      this.#host.log.debug('a device was not told of an end', { error: String(error) })
    }
  }

  async #ask(
    path: string,
    more: Pick<HttpRequest, 'headers' | 'body' | 'timeoutMs'>,
  ): Promise<{ readonly status: number; readonly body: Uint8Array }> {
    const response = await this.#host.http.request({
      url: addressOf(this.#to, path),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      trust: trustOf(this.#to.info),
      redirects: 0,
      signal: this.#abort.signal,
      ...more,
    })
    return { status: response.status, body: await readBody(response, MOST_PREPARE_BYTES, tooLong) }
  }
}

function tooLong(): Error {
  return fail('peer', 'neighbours/localsend', 'The answer is too long')
}

/** What an answer that is none means (sections 4.1 and 4.2). */
function refusal(status: number, hadPin: boolean): Error {
  switch (status) {
    case 401:
      return fail('input', 'neighbours/localsend-pin', hadPin ? 'The PIN is wrong' : 'The device wants a PIN', {
        hint: 'kith send --pin PIN FILE DEVICE',
      })
    case 403:
      return fail('unavailable', 'neighbours/localsend-declined', 'They do not want it')
    case 409:
      return fail('unavailable', 'neighbours/localsend-busy', 'The device is busy with somebody else')
    case 429:
      return fail('unavailable', 'neighbours/localsend-busy', 'The device was asked too often')
    default:
      return fail('peer', 'neighbours/localsend', `The device answered with status ${status}`)
  }
}
