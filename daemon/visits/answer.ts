import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { readBody, type HttpAnswer, type HttpQuestion } from '@kith/core/network/http.ts'
import type { Random } from '@kith/core/network/clock.ts'
import { equal, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { parseRange } from '@kith/wire/dav/headers.ts'
import { readTus, tusHeaders } from '@kith/wire/tus.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import type { Guesses } from '../guesses.ts'
import { answerTus, lengthIn, tusOptions, tusRefusal } from '../uploads/tus.ts'
import { offerPage, pageHeaders, pinPage, receivePage } from './page.ts'
import type { Visit } from './visit.ts'

/** A name and a size, or a PIN. */
const mostAskBytes = 8 * 1024

export interface VisitWorld {
  readonly device: string
  readonly random: Random
  readonly guesses: Guesses
  /** The page of that secret, while it is open. */
  find(token: string): Visit | undefined
  /** Somebody wants to give a file of that name. */
  asked(visit: Visit, name: string): void
}

const plain = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Answers a browser: the path begins with the secret of a page, and all else is 404. */
export async function answerVisit(world: VisitWorld, question: HttpQuestion): Promise<HttpAnswer> {
  try {
    const [, token = '', rest = ''] = /^\/([A-Za-z0-9_-]{22})(?:\/([^?#]*))?(?:[?#].*)?$/.exec(question.target) ?? []
    const visit = world.find(token)
    if (visit === undefined) return { status: 404, headers: plain, body: utf8('There is nothing here, or no more.\n') }
    return await visited(world, visit, rest, question)
  } catch (error) {
    const { kind, message, code } = faultOf(error, 'answer a browser')
    const { status, headers } = tusRefusal(error)
    const said = kind === 'local' && code !== 'upload/space' ? 'It could not be kept.\n' : `${message}\n`
    return { status, headers: { ...plain, ...headers }, body: utf8(said) }
  }
}

async function visited(world: VisitWorld, visit: Visit, rest: string, question: HttpQuestion): Promise<HttpAnswer> {
  const { method } = question
  const [, what, which = ''] = /^(files|asks)(?:\/([^/]*))?$/.exec(rest) ?? []
  if (visit.pin !== undefined && !visit.knows(cookieOf(question.headers['cookie']))) {
    return what === 'asks'
      ? { status: 401, headers: plain, body: utf8('The PIN comes first.\n') }
      : askPin(world, visit, visit.pin, question)
  }
  if (rest === '') return thePage(world, visit)
  if (what === 'files' && visit.offered !== undefined && (method === 'GET' || method === 'HEAD')) {
    return file(visit.offered, Number(which), question)
  }
  if (what !== 'asks' || visit.offered !== undefined) return { status: 404, headers: plain }
  return asked(world, visit, which, question)
}

/** A file that somebody wants to give: by tus, and before that by a question that a person answers. */
async function asked(world: VisitWorld, visit: Visit, id: string, question: HttpQuestion): Promise<HttpAnswer> {
  const { method, headers, remote, body } = question
  const tus = readTus(method, headers)
  // A page elsewhere does not know the secret; a browser says where it comes from all the same.
  if (method === 'POST' && id === '') {
    const { name, size } = tus?.kind === 'create' ? createdBy(tus) : askIn(await small(question))
    const made = world.random.bytes(9).toBase64({ alphabet: 'base64url' })
    visit.asks.add(made, world.random.bytes(8).toHex(), { name, size, from: remote.host })
    world.asked(visit, name)
    if (tus === undefined) return json(202, { id: made })
    return { status: 201, headers: { ...tusHeaders(), location: `/${visit.token}/asks/${made}` } }
  }
  if (method === 'GET') return json(200, { state: visit.asks.stateOf(id) })
  if (tus === undefined || tus.kind === 'create') return { status: 405, headers: plain }
  if (tus.kind === 'options') return tusOptions(['creation', 'expiration', 'termination'])
  if (tus.kind === 'end') {
    await visit.asks.giveUp(id)
    return { status: 204, headers: tusHeaders() }
  }
  return answerTus(tus, visit.asks.file(id), body, lengthIn(headers['content-length']))
}

function createdBy({ size, metadata }: { readonly size: number; readonly metadata: ReadonlyMap<string, string> }): {
  readonly name: string
  readonly size: number
} {
  return { size, name: metadata.get('filename') ?? metadata.get('name') ?? 'file' }
}

function thePage({ device, random }: VisitWorld, { offered, token }: Visit): HttpAnswer {
  const nonce = random.bytes(16).toBase64()
  const headers = pageHeaders(nonce)
  if (offered === undefined) return { status: 200, headers, body: receivePage(device, nonce) }
  const files = offered.files.map(({ path, size }, index) => ({
    name: path.join('/'),
    href: `/${token}/files/${index}`,
    size: sizeText(size),
  }))
  return { status: 200, headers, body: offerPage(device, files) }
}

async function askPin(world: VisitWorld, visit: Visit, pin: string, question: HttpQuestion): Promise<HttpAnswer> {
  const headers = pageHeaders('none')
  if (question.method !== 'POST') return { status: 200, headers, body: pinPage(world.device, false) }
  const given = new URLSearchParams(lossyText(await small(question))).get('pin') ?? ''
  world.guesses.begin(question.remote.host)
  if (!equal(hash('sha256', utf8(given)), hash('sha256', utf8(pin)))) {
    visit.guessed()
    return { status: 403, headers, body: pinPage(world.device, true) }
  }
  world.guesses.right(question.remote.host)
  const session = world.random.bytes(16).toBase64({ alphabet: 'base64url', omitPadding: true })
  visit.admit(session)
  const cookie = `kith=${session}; HttpOnly; SameSite=Strict; Path=/${visit.token}`
  return { status: 303, headers: { ...plain, location: `/${visit.token}`, 'set-cookie': cookie } }
}

async function file(
  offered: NonNullable<Visit['offered']>,
  index: number,
  question: HttpQuestion,
): Promise<HttpAnswer> {
  const listed = offered.files[index]
  const opened = listed === undefined ? undefined : await offered.tree.open(listed.path)
  if (opened === undefined) return { status: 404, headers: plain }
  const { size, name, stamp } = opened.entry
  const range = question.method === 'HEAD' ? undefined : parseRange(question.headers['range'], size)
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replaceAll("'", '%27')}`,
    'accept-ranges': 'bytes',
    etag: `"${stamp}"`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }
  const { start, end } = range === 'none' || range === undefined ? { start: 0, end: size } : range
  if (range === 'none' || question.method === 'HEAD' || start === end) {
    await opened[Symbol.asyncDispose]()
    if (range === 'none') return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } }
    return { status: 200, headers: { ...headers, 'content-length': String(size) } }
  }
  const part = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${size}` }
  const said = { ...headers, ...part, 'content-length': String(end - start) }
  return { status: range === undefined ? 200 : 206, headers: said, body: opened.read(start, end) }
}

function small(question: HttpQuestion): Promise<Uint8Array> {
  return readBody(question, mostAskBytes, () => fail('input', 'visit/ask', 'That is too long'))
}

/** @throws FaultError `input` `visit/ask` */
function askIn(body: Uint8Array): { readonly name: string; readonly size: number } {
  let read: unknown
  try {
    read = JSON.parse(lossyText(body))
  } catch (cause) {
    throw fail('input', 'visit/ask', 'That is no question', { cause })
  }
  const { name, size } = (read ?? {}) as { readonly name?: unknown; readonly size?: unknown }
  if (typeof name !== 'string' || typeof size !== 'number')
    throw fail('input', 'visit/ask', 'A file has a name and a size')
  return { name, size }
}

function json(status: number, what: unknown): HttpAnswer {
  return { status, headers: { ...plain, 'content-type': 'application/json' }, body: utf8(JSON.stringify(what)) }
}

function cookieOf(header: string | undefined): string {
  return /(?:^|;\s*)kith=([A-Za-z0-9_-]{22})(?:;|$)/.exec(header ?? '')?.[1] ?? ''
}

function sizeText(size: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), units.length - 1)
  return `${step === 0 ? size : (size / 1024 ** step).toFixed(1)} ${units[step]!}`
}
