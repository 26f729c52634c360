import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { readBody, type HttpAnswer, type HttpQuestion } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import { errorXml } from '@kith/wire/dav/answers.ts'
import { parseBasic } from '@kith/wire/dav/headers.ts'
import { parseDavPath } from '@kith/wire/dav/names.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { SharedFolder } from '../library/folder.ts'
import { copyOrMove, makeFolder, put, remove } from './changing.ts'
import { Conditions, type Asker } from './conditions.ts'
import { lock, unlock } from './locking.ts'
import type { Locks } from './locks.ts'
import { placeOf, type Place } from './place.ts'
import type { DeadProperties } from './properties.ts'
import { get, propFind, propPatch, rootFind, rootPage } from './reading.ts'
import { statusOf } from './status.ts'
import type { DavUsers } from './users.ts'

/** Questions for properties and locks; files are streamed. */
const MOST_QUESTION_BYTES = 256 * 1024

const methods = 'OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, COPY, MOVE, PROPFIND, PROPPATCH, LOCK, UNLOCK'

export interface DavWorld {
  readonly users: DavUsers
  readonly locks: Locks
  readonly properties: DeadProperties
  readonly log: Log
  folders(): readonly SharedFolder[]
}

/** One request in a shared folder. */
export interface Request extends Asker {
  readonly question: HttpQuestion
  readonly conditions: Conditions
  readonly place: Place
  /** Whether the path ended in a slash. */
  readonly slash: boolean
  readonly properties: DeadProperties
  body(): Promise<Uint8Array>
}

/** WebDAV (RFC 4918) over the shared folders: classes 1, 2 and 3, for users with a name, a password and rights. */
export async function answerDav(world: DavWorld, question: HttpQuestion): Promise<HttpAnswer> {
  try {
    return await answered(world, question)
  } catch (error) {
    const fault = faultOf(error, `answer ${question.method}`)
    const status = statusOf(fault)
    if (status === 500) world.log.error('a request could not be answered', { fault })
    const said: HttpAnswer = { status, headers: { ...guards, 'content-type': 'text/plain; charset=utf-8' } }
    if (fault.code === 'dav/locked') return { ...said, ...xml(status, errorXml('lock-token-submitted', '/')) }
    const wait = fault.retryAt === undefined ? {} : { 'retry-after': '60' }
    return { ...said, headers: { ...said.headers, ...wait }, body: utf8(`${fault.message}\n`) }
  }
}

/** What is shown in a browser is data of somebody: it runs nothing, and is what we say it is. */
export const guards: Readonly<Record<string, string>> = {
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
}

export function xml(status: number, body: Uint8Array | AsyncIterable<Uint8Array>): HttpAnswer {
  return { status, headers: { ...guards, 'content-type': 'application/xml; charset=utf-8' }, body }
}

async function answered(world: DavWorld, question: HttpQuestion): Promise<HttpAnswer> {
  const given = parseBasic(question.headers['authorization'])
  const user = given && (await world.users.check(given.name, given.password, question.remote.host))
  if (user === undefined) {
    const challenge = { 'www-authenticate': 'Basic realm="Kith", charset="UTF-8"' }
    return { status: 401, headers: { ...guards, ...challenge }, body: utf8('A name and a password are needed.\n') }
  }
  if (question.method === 'OPTIONS') {
    return { status: 200, headers: { dav: '1, 2, 3', allow: methods, 'ms-author-via': 'DAV' } }
  }
  const { names, slash } = parseDavPath(question.target)
  const asker: Asker = { user, folders: world.folders(), locks: world.locks }
  const body = (): Promise<Uint8Array> =>
    readBody(question, MOST_QUESTION_BYTES, () => fail('input', 'dav/too-long', 'The question is too long'))
  if (names.length === 0) {
    if (question.method === 'PROPFIND') return rootFind(asker, question, await body(), world.properties)
    if (question.method === 'GET' || question.method === 'HEAD') return rootPage(asker, question)
    throw fail('input', 'dav/forbidden', 'What is shared is chosen by the owner')
  }
  const place = placeOf(user, asker.folders, names)
  const conditions = new Conditions(question, asker)
  return act({ ...asker, question, conditions, place, slash, properties: world.properties, body })
}

function act(request: Request): Promise<HttpAnswer> {
  const { method } = request.question
  switch (method) {
    case 'GET':
    case 'HEAD':
      return get(request)
    case 'PROPFIND':
      return propFind(request)
    case 'PROPPATCH':
      return propPatch(request)
    case 'PUT':
      return put(request)
    case 'MKCOL':
      return makeFolder(request)
    case 'DELETE':
      return remove(request)
    case 'COPY':
    case 'MOVE':
      return copyOrMove(request, method === 'MOVE')
    case 'LOCK':
      return lock(request)
    case 'UNLOCK':
      return unlock(request)
    default:
      return Promise.resolve({ status: 405, headers: { allow: methods } })
  }
}
