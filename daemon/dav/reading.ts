import { fail } from '@kith/core/fault/fault.ts'
import type { HttpAnswer, HttpQuestion } from '@kith/core/network/http.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { multistatusEnd, multistatusHead, resourceXml, type ResourceStatus } from '@kith/wire/dav/answers.ts'
import { multistatus } from '@kith/wire/dav/answers.ts'
import { namesEtag, parseDepth, parseRange } from '@kith/wire/dav/headers.ts'
import { formatDavPath } from '@kith/wire/dav/names.ts'
import { DAV, parsePropFind, parsePropPatch, type PropFind } from '@kith/wire/dav/questions.ts'
import { escapeXml, escapeXmlAttribute, writeXml } from '@kith/wire/xml/write.ts'
import type { TreeEntry } from '../host/files/tree.ts'
import type { Asker } from './conditions.ts'
import { describe, liveProperties, lockXml, protectedNames } from './describe.ts'
import type { Locks } from './locks.ts'
import { mediaType } from './media-type.ts'
import { child, etagOf, foldersOf, isShown, needEntry, notFound, placeOf, type Place } from './place.ts'
import type { DeadProperties } from './properties.ts'
import { needWritable } from './changing.ts'
import { guards, xml, type Request } from './server.ts'

/** Resources of an answer that are written at once. */
const AT_ONCE = 200

/** A file, or a plain page of what is in a folder. */
export async function get({ question, place, conditions }: Request): Promise<HttpAnswer> {
  await conditions.check(place)
  const opened = await place.tree.open(place.names)
  if (opened === undefined) return folderPage(place, question)
  const { entry } = opened
  const etag = etagOf(entry)
  const { headers } = question
  const facts = {
    ...guards,
    etag,
    'last-modified': new Date(entry.modified).toUTCString(),
    'accept-ranges': 'bytes',
  }
  const noneMatch = headers['if-none-match']
  const isHead = question.method === 'HEAD'
  // A range of another version of the file is of no use: the whole is the answer (RFC 9110 13.1.5).
  const whole = headers['if-range'] !== undefined && headers['if-range'] !== etag
  const range = isHead || whole ? undefined : parseRange(headers['range'], entry.size)
  if (noneMatch !== undefined && namesEtag(noneMatch, etag)) {
    await opened[Symbol.asyncDispose]()
    return { status: 304, headers: facts }
  }
  if (range === 'none') {
    await opened[Symbol.asyncDispose]()
    return { status: 416, headers: { ...facts, 'content-range': `bytes */${entry.size}` } }
  }
  const { start, end } = range ?? { start: 0, end: entry.size }
  const said = { ...facts, 'content-type': mediaType(entry.name), 'content-length': String(end - start) }
  if (isHead || start === end) {
    await opened[Symbol.asyncDispose]()
    return { status: 200, headers: said }
  }
  const part = range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${entry.size}` }
  return { status: range === undefined ? 200 : 206, headers: { ...said, ...part }, body: opened.read(start, end) }
}

async function folderPage(place: Place, question: HttpQuestion): Promise<HttpAnswer> {
  if ((await needEntry(place)).kind !== 'folder') throw notFound()
  const path = [place.folder.name, ...place.names]
  const inside = (await place.tree.list(place.names)).filter(({ name }) => isShown(place, [...place.names, name]))
  return page(question, path, inside)
}

/** The shared folders of a user. */
export function rootPage({ user, folders }: Asker, question: HttpQuestion): HttpAnswer {
  const all = foldersOf(user, folders).map(({ name }) => ({ name, kind: 'folder' as const }))
  return page(question, [], all)
}

function page(
  question: HttpQuestion,
  path: readonly string[],
  inside: readonly Pick<TreeEntry, 'name' | 'kind'>[],
): HttpAnswer {
  const rows = inside.map(({ name, kind }) => {
    const href = escapeXmlAttribute(formatDavPath([...path, name], kind === 'folder'))
    return `<li><a href="${href}">${escapeXml(name)}${kind === 'folder' ? '/' : ''}</a></li>`
  })
  const title = escapeXml(path.at(-1) ?? 'Kith')
  const body = utf8(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${title}</title><h1>${title}</h1><ul>${rows.join('')}</ul></html>\n`,
  )
  const headers = { ...guards, 'content-type': 'text/html; charset=utf-8', 'content-length': String(body.length) }
  return { status: 200, headers, ...(question.method === 'HEAD' ? {} : { body }) }
}

export async function propFind({ question, place, body, locks, properties, conditions }: Request): Promise<HttpAnswer> {
  const depth = finiteDepth(question)
  const asked = parsePropFind(await body())
  await conditions.check(place)
  const entry = await needEntry(place)
  const inside = depth === 0 || entry.kind !== 'folder' ? [] : await place.tree.list(place.names)
  const all = [
    { entry, place },
    ...inside
      .map((one) => ({ entry: one, place: child(place, one.name) }))
      .filter((one) => isShown(place, one.place.names)),
  ]
  return xml(207, streamed(all.map((one) => () => resource(asked, one.place, one.entry, locks, properties))))
}

/** Above all shared folders of a user. */
export async function rootFind(
  asker: Asker,
  question: HttpQuestion,
  body: Uint8Array,
  properties: DeadProperties,
): Promise<HttpAnswer> {
  const depth = finiteDepth(question)
  const asked = parsePropFind(body)
  const root: TreeEntry = { name: '', kind: 'folder', size: 0, modified: 0, created: 0, stamp: '' }
  const own = { href: '/', found: describe(asked, liveProperties(root, 'Kith', ''), new Map()) }
  const inside: (() => ResourceStatus)[] = []
  for (const { name } of depth === 0 ? [] : foldersOf(asker.user, asker.folders)) {
    const place = placeOf(asker.user, asker.folders, [name])
    const entry = await place.tree.look([])
    // Its disk is not there now.
    if (entry !== undefined) inside.push(() => resource(asked, place, entry, asker.locks, properties))
  }
  return xml(207, streamed([() => own, ...inside]))
}

function resource(
  asked: PropFind,
  place: Place,
  entry: TreeEntry,
  locks: Locks,
  properties: DeadProperties,
): ResourceStatus {
  const path = [place.folder.name, ...place.names]
  const live = liveProperties(entry, path.at(-1)!, lockXml(place, locks))
  return {
    href: formatDavPath(path, entry.kind === 'folder'),
    found: describe(asked, live, properties.of(place.at)),
  }
}

async function* streamed(resources: readonly (() => ResourceStatus)[]): AsyncGenerator<Uint8Array, void> {
  let text = multistatusHead
  for (const [index, one] of resources.entries()) {
    text += resourceXml(one())
    if ((index + 1) % AT_ONCE !== 0) continue
    yield utf8(text)
    text = ''
  }
  yield utf8(text + multistatusEnd)
}

/** All that is below at once is refused, as it may be (RFC 4918 9.1): it is as long as the disk is large. */
function finiteDepth(question: HttpQuestion): 0 | 1 {
  const depth = parseDepth(question.headers['depth']) ?? 'infinity'
  if (depth === 'infinity') throw fail('input', 'dav/forbidden', 'Ask for one folder at a time')
  return depth
}

export async function propPatch({ place, body, properties, conditions }: Request): Promise<HttpAnswer> {
  needWritable(place)
  const changes = parsePropPatch(await body())
  const entry = await needEntry(place)
  await conditions.check(place)
  conditions.checkLocks(place, { members: false, deep: false })
  const isProtected = changes.map(({ property }) => property.namespace === DAV && protectedNames.has(property.name))
  const refused = isProtected.includes(true)
  if (!refused) {
    properties.change(
      place.at,
      changes.map((one) => [one.property, one.kind === 'set' ? writeXml(one.value) : undefined]),
    )
  }
  const href = formatDavPath([place.folder.name, ...place.names], entry.kind === 'folder')
  const found = changes.map(({ property }, index) => ({
    status: !refused ? 200 : isProtected[index]! ? 403 : 424,
    properties: [{ ...property, xml: '' }],
  }))
  return xml(207, multistatus([{ href, found }]))
}
