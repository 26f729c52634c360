import { fail } from '@kith/core/fault/fault.ts'
import type { HttpAnswer } from '@kith/core/network/http.ts'
import { lockAnswer } from '@kith/wire/dav/answers.ts'
import { parseDepth, parseLockToken, parseTimeout } from '@kith/wire/dav/headers.ts'
import { parseLockWish } from '@kith/wire/dav/questions.ts'
import { writeXml } from '@kith/wire/xml/write.ts'
import { needWritable } from './changing.ts'
import { heldLock } from './describe.ts'
import { xml, type Request } from './server.ts'

export async function lock({ question, place, body, conditions, locks, user }: Request): Promise<HttpAnswer> {
  needWritable(place)
  const seconds = parseTimeout(question.headers['timeout'])
  const wish = parseLockWish(await body())
  if (wish === undefined) {
    const mine = locks.over(place.at).filter((one) => conditions.tokens.has(one.token) && one.user === user.name)
    await conditions.check(place)
    if (mine.length === 0) throw fail('input', 'dav/precondition', 'There is no such lock to keep')
    for (const one of mine) locks.keep(one, seconds)
    return xml(200, lockAnswer(mine.map((one) => heldLock(one, place, locks))))
  }
  const depth = parseDepth(question.headers['depth']) ?? 'infinity'
  if (depth === 1) throw fail('input', 'dav/header', 'A lock is of one thing, or of all below it')
  await conditions.check(place)
  const before = await place.tree.look(place.names)
  if (before === undefined) {
    const parent = await place.tree.look(place.names.slice(0, -1))
    if (parent?.kind !== 'folder') throw fail('input', 'dav/no-parent', 'There is no folder to put it in')
    conditions.checkLocks(place, { members: true, deep: false })
  }
  const owner = wish.owner === undefined ? '' : writeXml(wish.owner)
  const taken = locks.take(
    { at: place.at, deep: depth === 'infinity', scope: wish.scope, owner, user: user.name },
    seconds,
  )
  try {
    // A name that is locked and not there yet becomes an empty file (RFC 4918 7.3).
    if (before === undefined) await place.tree.write(place.names, nothing(), true)
  } catch (error) {
    locks.release(taken.token)
    throw error
  }
  const said = xml(before === undefined ? 201 : 200, lockAnswer([heldLock(taken, place, locks)]))
  return { ...said, headers: { ...said.headers, 'lock-token': `<${taken.token}>` } }
}

export async function unlock({ question, place, locks, user }: Request): Promise<HttpAnswer> {
  needWritable(place)
  const text = question.headers['lock-token']
  if (text === undefined) throw fail('input', 'dav/header', 'The header Lock-Token is missing')
  const held = locks.find(parseLockToken(text))
  if (held === undefined || !locks.over(place.at).includes(held)) {
    throw fail('input', 'dav/not-locked', 'It is not locked by this')
  }
  if (held.user !== user.name) throw fail('input', 'dav/forbidden', 'Another user locked it')
  locks.release(held.token)
  return { status: 204 }
}

// eslint-disable-next-line require-yield
async function* nothing(): AsyncGenerator<Uint8Array, void> {}
