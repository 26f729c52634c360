import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Delivery } from '@kith/core/network/deliveries.ts'
import type { Host } from '@kith/core/network/host.ts'
import { type HttpAnswer, type HttpQuestion, readBody } from '@kith/core/network/http.ts'
import { until, type Value } from '@kith/core/value/value.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { sameSecret } from '@kith/wire/hash/same-secret.ts'
import { shaDigester } from '@kith/wire/hash/sha.ts'
import { deepestPath } from '@kith/wire/safe-path.ts'
import {
  decodeInfo,
  decodePrepare,
  encodeInfo,
  encodePrepareAnswer,
  encodePrepareDownload,
  type Info,
  MOST_INFO_BYTES,
  MOST_PREPARE_BYTES,
} from './messages.ts'
import type { PinGuesses } from './guesses.ts'
import { isNear } from './near.ts'
import type { Offers } from './offers.ts'
import type { Session, Sessions, Taken } from './sessions.ts'

export interface AnswerWorld {
  readonly host: Host
  readonly own: Info
  readonly sessions: Sessions
  readonly offers: Offers
  readonly guesses: PinGuesses
  /** Asked of who wants to send; empty for none. */
  readonly pin: string
  /** Set anew whenever a session changes. */
  readonly all: Value<readonly Delivery[]>
  readonly desk: {
    heard(from: string, info: Info): void
    changed(): void
    moved(): void
  }
}

/** Answers a device that speaks LocalSend (sections 3.2, 4 and 6.1). Nobody beyond our own networks is answered. */
export async function answerLocalSend(world: AnswerWorld, question: HttpQuestion): Promise<HttpAnswer> {
  const { host, own, sessions, desk } = world
  const { remote, target, method } = question
  if (!isNear(host.net, remote.host)) return { status: 403 }
  const [, what, query = ''] = /^\/api\/localsend\/v2\/([a-z-]+)(?:\?(.*))?$/.exec(target) ?? []
  const asked = new URLSearchParams(query)
  try {
    switch (`${method} ${what}`) {
      case 'GET info':
        return json(encodeInfo(own))
      case 'POST register': {
        const info = decodeInfo(await readBody(question, MOST_INFO_BYTES, tooLong), { port: 0, protocol: 'https' })
        if (info.fingerprint !== own.fingerprint) desk.heard(remote.host, info)
        return json(encodeInfo(own))
      }
      case 'POST prepare-upload':
        return await prepare(world, question, asked)
      case 'POST upload':
        return await upload(world, question, asked)
      case 'POST cancel':
        if (!sessions.cancel(asked.get('sessionId') ?? '', remote.host)) return { status: 403 }
        desk.changed()
        return { status: 200 }
      case 'POST prepare-download':
        return prepareDownload(world, question, asked)
      case 'GET download':
        return download(world, question, asked)
      default:
        return { status: 404 }
    }
  } catch (error) {
    const fault = faultOf(error, 'answer a LocalSend device')
    if (fault.kind === 'local') host.log.warn('a LocalSend device could not be served', { fault: fault.message })
    return { status: fault.kind === 'local' ? 500 : 400 }
  }
}

/** Waits for a person, who says yes or no; before that, for the PIN where one is asked for. */
async function prepare(world: AnswerWorld, question: HttpQuestion, asked: URLSearchParams): Promise<HttpAnswer> {
  const { host, sessions, all, desk, guesses, pin } = world
  const request = decodePrepare(await readBody(question, MOST_PREPARE_BYTES, tooLong))
  if (pin !== '') {
    const isRight = (given: string): boolean => sameSecret(utf8(pin), utf8(given))
    const refused = guesses.check(question.remote.host, isRight, asked.get('pin'), host.clock.now())
    if (refused !== undefined) return { status: refused }
  }
  const session = sessions.ask(question.remote.host, request, host.clock.now())
  if (typeof session === 'number') return { status: session }
  desk.changed()
  const { alias } = request.info
  host.journal.tell('delivery/asked', session.id, { from: alias, name: request.files[0]!.name })
  try {
    await until(all, () => session.state !== 'waiting', question.signal)
  } catch {
    // Whoever asked is gone: nobody waits for the answer.
    sessions.cancel(session.id)
    desk.changed()
    return { status: 403 }
  }
  if (session.state !== 'going') return { status: 403 }
  const tokens = new Map([...session.files.values()].map(({ id, token }) => [id, token]))
  return json(encodePrepareAnswer({ session: session.id, tokens }))
}

/** Tells who knows the PIN what is offered to be fetched. */
function prepareDownload(
  { host, own, offers }: AnswerWorld,
  { remote }: HttpQuestion,
  asked: URLSearchParams,
): HttpAnswer {
  const told = offers.ask(remote.host, asked.get('pin'), asked.get('sessionId'), host.clock.now())
  if (typeof told === 'number') return { status: told }
  const files = told.files.map(({ name, size }, index) => ({ id: String(index), name, size }))
  return json(encodePrepareDownload(own, { session: told.session, files }))
}

function download({ offers }: AnswerWorld, { remote }: HttpQuestion, asked: URLSearchParams): HttpAnswer {
  const file = offers.file(asked.get('sessionId') ?? '', asked.get('fileId') ?? '', remote.host)
  if (file === undefined) return { status: 403 }
  const name = file.name.slice(file.name.lastIndexOf('/') + 1)
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replaceAll("'", '%27')}`,
    'content-length': String(file.size),
    'x-content-type-options': 'nosniff',
  }
  return { status: 200, headers, body: file.open() }
}

async function upload(world: AnswerWorld, question: HttpQuestion, asked: URLSearchParams): Promise<HttpAnswer> {
  const { host, sessions, desk } = world
  const [id, file, token] = ['sessionId', 'fileId', 'token'].map((name) => asked.get(name))
  if (!id || !file || !token) return { status: 400 }
  const told = question.headers['content-length']
  const taken = sessions.begin(id, file, token, question.remote.host, told === undefined ? undefined : Number(told))
  if (typeof taken === 'number') return { status: taken }
  const session = sessions.get(id)!
  let path: string | undefined
  try {
    path = await host.arrivals.write(namesIn(taken.name), counted(world, session, taken, question.body))
  } catch (error) {
    session.fault = faultOf(error, `take ${taken.name}`)
    throw error
  } finally {
    sessions.ended(id, taken, path, host.clock.now())
    if (session.state === 'done') {
      session.fault = undefined
      host.journal.tell('delivery/arrived', id, { from: session.request.info.alias, paths: session.paths })
    }
    desk.changed()
  }
  return { status: 200 }
}

async function* counted(
  { host, sessions, desk }: AnswerWorld,
  session: Session,
  taken: Taken,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const digester = taken.sha256 === undefined ? undefined : shaDigester('sha256')
  for await (const part of body) {
    if (!sessions.received(session.id, taken, part.length, host.clock.now())) throw wrongSize()
    digester?.update(part)
    desk.moved()
    yield part
  }
  if (session.state !== 'going' || taken.received !== taken.size) throw wrongSize()
  if (digester !== undefined && digester.digest().toHex() !== taken.sha256) {
    throw fail('peer', 'neighbours/localsend-digest', 'The file is not the one that was said')
  }
}

/** Folders and a name; that they lead nowhere else is seen to where they are written. */
function namesIn(name: string): readonly string[] {
  const names = name.split(/[/\\]+/).filter((one) => !/^\.{0,2}$/.test(one))
  return names.length === 0 ? ['unnamed'] : names.slice(-deepestPath)
}

function wrongSize(): Error {
  return fail('peer', 'neighbours/localsend-size', 'The file is not as long as was said, or was cancelled')
}

function tooLong(): Error {
  return fail('peer', 'neighbours/localsend', 'It is too long')
}

function json(body: Uint8Array): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
}
