import { fail } from '@kith/core/fault/fault.ts'
import type { HttpAnswer } from '@kith/core/network/http.ts'
import { parseDepth } from '@kith/wire/dav/headers.ts'
import { hostIn, parseDavPath } from '@kith/wire/dav/names.ts'
import { isBelow } from './locks.ts'
import { etagOf, needEntry, placeOf, type Place } from './place.ts'
import type { Request } from './server.ts'

/** @throws FaultError `dav/read-only`, `dav/forbidden` */
export function needWritable(place: Place): void {
  if (!place.writable) throw fail('input', 'dav/read-only', 'You may read here, but change nothing')
}

function needBelow(place: Place): void {
  needWritable(place)
  if (place.names.length === 0) throw fail('input', 'dav/forbidden', 'What is shared is chosen by the owner')
}

async function needParent(place: Place): Promise<void> {
  const parent = await place.tree.look(place.names.slice(0, -1))
  if (parent?.kind !== 'folder') throw fail('input', 'dav/no-parent', 'There is no folder to put it in')
}

export async function put({ question, place, slash, conditions, properties }: Request): Promise<HttpAnswer> {
  needBelow(place)
  if (question.headers['content-range'] !== undefined) {
    throw fail('input', 'dav/range', 'A file is put as a whole')
  }
  await needParent(place)
  const before = await place.tree.look(place.names)
  if (before?.kind === 'folder' || slash) throw fail('input', 'dav/exists', 'A folder is there')
  await conditions.check(place)
  conditions.checkLocks(place, { members: before === undefined, deep: false })
  const fresh = question.headers['if-none-match']?.trim() === '*'
  const entry = await place.tree.write(place.names, question.body, fresh)
  if (before === undefined) properties.gone(place.at)
  return { status: before === undefined ? 201 : 204, headers: { etag: etagOf(entry) } }
}

export async function makeFolder({ place, conditions, properties, body }: Request): Promise<HttpAnswer> {
  needBelow(place)
  if ((await body()).length > 0) throw fail('input', 'dav/type', 'A folder is made without a body')
  await needParent(place)
  if ((await place.tree.look(place.names)) !== undefined) throw fail('input', 'dav/exists', 'Something is there')
  await conditions.check(place)
  conditions.checkLocks(place, { members: true, deep: false })
  await place.tree.makeFolder(place.names)
  properties.gone(place.at)
  return { status: 201 }
}

export async function remove({ question, place, conditions, locks, properties }: Request): Promise<HttpAnswer> {
  needBelow(place)
  if (question.target.includes('#')) throw fail('input', 'dav/path', 'A part of a document cannot be deleted')
  const entry = await needEntry(place)
  const depth = parseDepth(question.headers['depth']) ?? 'infinity'
  if (entry.kind === 'folder' && depth !== 'infinity') {
    throw fail('input', 'dav/header', 'A folder goes with all that is in it')
  }
  await conditions.check(place)
  conditions.checkLocks(place, { members: true, deep: true })
  await place.tree.remove(place.names)
  locks.gone(place.at)
  properties.gone(place.at)
  return { status: 204 }
}

export async function copyOrMove(request: Request, isMove: boolean): Promise<HttpAnswer> {
  const { question, place, conditions, locks, properties } = request
  if (isMove) needBelow(place)
  const to = destination(request)
  needBelow(to)
  const depth = parseDepth(question.headers['depth']) ?? 'infinity'
  if (depth === 1 || (isMove && depth === 0)) throw fail('input', 'dav/header', 'Depth makes no sense here')
  const entry = await needEntry(place)
  if (to.at === place.at || isBelow(to.at, place.at) || isBelow(place.at, to.at)) {
    throw fail('input', 'dav/forbidden', 'It cannot be put into itself')
  }
  await needParent(to)
  await conditions.check(place)
  const before = await to.tree.look(to.names)
  if (before !== undefined && question.headers['overwrite']?.trim().toUpperCase() === 'F') {
    throw fail('input', 'dav/precondition', 'Something is there already')
  }
  if (isMove) conditions.checkLocks(place, { members: true, deep: true })
  conditions.checkLocks(to, { members: before === undefined, deep: true })
  if (before !== undefined) {
    // A file takes the place of a file at once; with folders, what was there goes first.
    if (before.kind === 'folder' || entry.kind === 'folder') await to.tree.remove(to.names)
    for (const lock of locks.below(to.at)) locks.release(lock.token)
    properties.gone(to.at)
  }
  if (isMove) await place.tree.move(place.names, to.tree, to.names)
  else await place.tree.copy(place.names, to.tree, to.names, depth === 'infinity')
  properties.copy(place.at, to.at, isMove || depth === 'infinity')
  if (isMove) {
    locks.gone(place.at)
    properties.gone(place.at)
  }
  return { status: before === undefined ? 201 : 204 }
}

function destination({ question, user, folders }: Request): Place {
  const text = question.headers['destination']
  if (text === undefined) throw fail('input', 'dav/header', 'The header Destination is missing')
  const host = hostIn(text)
  if (host !== undefined && host !== question.headers['host']?.toLowerCase()) {
    throw fail('input', 'dav/elsewhere', 'Nothing is sent on to other machines')
  }
  return placeOf(user, folders, parseDavPath(text).names)
}
