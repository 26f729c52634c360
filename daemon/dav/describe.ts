import { activeLockXml, type Property, type PropStatus } from '@kith/wire/dav/answers.ts'
import { formatDavPath } from '@kith/wire/dav/names.ts'
import { DAV, type PropertyName, type PropFind } from '@kith/wire/dav/questions.ts'
import { escapeXml } from '@kith/wire/xml/write.ts'
import type { TreeEntry } from '../host/files/tree.ts'
import type { Lock, Locks } from './locks.ts'
import { mediaType } from './media-type.ts'
import { etagOf, type Place } from './place.ts'
import type { Kept } from './properties.ts'

const lockKinds = ['exclusive', 'shared']
  .map(
    (scope) => `<D:lockentry><D:lockscope><D:${scope}/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockentry>`,
  )
  .join('')

/** Properties that are ours to say (RFC 4918 15), by name. */
export function liveProperties(entry: TreeEntry, title: string, locks: string): ReadonlyMap<string, string> {
  const isFile = entry.kind === 'file'
  return new Map([
    ['resourcetype', isFile ? '' : '<D:collection/>'],
    ['displayname', escapeXml(title)],
    ['getlastmodified', new Date(entry.modified).toUTCString()],
    ['creationdate', new Date(entry.created).toISOString()],
    ...(isFile
      ? ([
          ['getcontentlength', String(entry.size)],
          ['getcontenttype', mediaType(entry.name)],
          ['getetag', escapeXml(etagOf(entry))],
        ] as const)
      : []),
    ['supportedlock', lockKinds],
    ['lockdiscovery', locks],
  ])
}

/** Names that nobody else may set. */
export const protectedNames: ReadonlySet<string> = new Set([
  'resourcetype',
  'displayname',
  'getlastmodified',
  'creationdate',
  'getcontentlength',
  'getcontenttype',
  'getcontentlanguage',
  'getetag',
  'supportedlock',
  'lockdiscovery',
])

/** The answer to a question for properties. */
export function describe(asked: PropFind, live: ReadonlyMap<string, string>, dead: Kept): readonly PropStatus[] {
  const ours = ([name, xml]: readonly [string, string]): Property => ({ namespace: DAV, name, xml })
  switch (asked.kind) {
    case 'names':
      return [{ status: 200, properties: [...[...live.keys()].map((name) => ours([name, ''])), ...names(dead)] }]
    case 'all': {
      const others = [...dead].map(([key, xml]) => ({ ...nameOf(key), xml, whole: true }))
      return [{ status: 200, properties: [...[...live].map(ours), ...others] }]
    }
    case 'some': {
      const found: Property[] = []
      const missing: Property[] = []
      for (const one of asked.names) {
        const xml = one.namespace === DAV ? live.get(one.name) : undefined
        const kept = dead.get(`${one.namespace} ${one.name}`)
        if (xml !== undefined) found.push({ ...one, xml })
        else if (kept !== undefined) found.push({ ...one, xml: kept, whole: true })
        else missing.push({ ...one, xml: '' })
      }
      return [
        { status: 200, properties: found },
        { status: 404, properties: missing },
      ]
    }
  }
}

function names(dead: Kept): readonly Property[] {
  return [...dead.keys()].map((key) => ({ ...nameOf(key), xml: '' }))
}

function nameOf(key: string): PropertyName {
  const space = key.lastIndexOf(' ')
  return { namespace: key.slice(0, space), name: key.slice(space + 1) }
}

export function heldLock(lock: Lock, place: Place, locks: Locks): Parameters<typeof activeLockXml>[0] {
  const { token, scope, deep, owner, at } = lock
  const href = formatDavPath([place.folder.name, ...at.split('/').slice(1)], false)
  return { token, scope, deep, owner, href, secondsLeft: locks.secondsLeft(lock) }
}

export function lockXml(place: Place, locks: Locks): string {
  return locks
    .over(place.at)
    .map((lock) => activeLockXml(heldLock(lock, place, locks)))
    .join('')
}
