import { broken } from '../fault.ts'
import { childOf, elementsOf, textOf, type XmlElement } from '../xml/element.ts'
import { readXml } from '../xml/read.ts'

export const DAV = 'DAV:'

/** More properties than any program has. */
const MOST_PROPERTIES = 500
/** What somebody calls himself in a lock. */
const LONGEST_OWNER = 1_024

export interface PropertyName {
  readonly namespace: string
  readonly name: string
}

/** RFC 4918 9.1: which properties are asked for. */
export type PropFind =
  | { readonly kind: 'all'; readonly also: readonly PropertyName[] }
  | { readonly kind: 'names' }
  | { readonly kind: 'some'; readonly names: readonly PropertyName[] }

/** @throws FaultError `peer` `dav/question`, `xml/…` */
export function parsePropFind(body: Uint8Array): PropFind {
  if (body.length === 0) return { kind: 'all', also: [] }
  const root = needRoot(body, 'propfind')
  const prop = childOf(root, DAV, 'prop')
  const all = childOf(root, DAV, 'allprop')
  const names = childOf(root, DAV, 'propname')
  if ([prop, all, names].filter((one) => one !== undefined).length !== 1)
    throw wrong('asks for nothing, or for too much')
  if (prop !== undefined) return { kind: 'some', names: namesIn(prop) }
  if (names !== undefined) return { kind: 'names' }
  const include = childOf(root, DAV, 'include')
  return { kind: 'all', also: include === undefined ? [] : namesIn(include) }
}

/** RFC 4918 9.2: one change after another, all or none. `value` is the whole element. */
export type PropChange =
  | { readonly kind: 'set'; readonly property: PropertyName; readonly value: XmlElement }
  | { readonly kind: 'remove'; readonly property: PropertyName }

/** @throws FaultError `peer` `dav/question`, `xml/…` */
export function parsePropPatch(body: Uint8Array): readonly PropChange[] {
  const root = needRoot(body, 'propertyupdate')
  const changes: PropChange[] = []
  for (const one of elementsOf(root)) {
    if (one.namespace !== DAV || (one.name !== 'set' && one.name !== 'remove')) continue
    for (const value of elementsOf(childOf(one, DAV, 'prop') ?? { ...one, children: [] })) {
      const property = { namespace: value.namespace, name: value.name }
      changes.push(one.name === 'set' ? { kind: 'set', property, value } : { kind: 'remove', property })
    }
  }
  if (changes.length === 0 || changes.length > MOST_PROPERTIES) throw wrong('changes nothing, or too much')
  return changes
}

/** RFC 4918 9.10. */
export interface LockWish {
  readonly scope: 'exclusive' | 'shared'
  /** Whatever the client says of its user. */
  readonly owner: XmlElement | undefined
}

/** Undefined for an empty body: a lock is to be kept longer. @throws FaultError `peer` `dav/question`, `xml/…` */
export function parseLockWish(body: Uint8Array): LockWish | undefined {
  if (body.length === 0) return undefined
  const root = needRoot(body, 'lockinfo')
  const scope = childOf(root, DAV, 'lockscope')
  const type = childOf(root, DAV, 'locktype')
  const exclusive = scope !== undefined && childOf(scope, DAV, 'exclusive') !== undefined
  const shared = scope !== undefined && childOf(scope, DAV, 'shared') !== undefined
  if (exclusive === shared || type === undefined || childOf(type, DAV, 'write') === undefined) {
    throw wrong('wants a lock that there is not')
  }
  const owner = childOf(root, DAV, 'owner')
  if (owner !== undefined && lengthOf(owner) > LONGEST_OWNER) throw wrong('says too much of an owner')
  return { scope: exclusive ? 'exclusive' : 'shared', owner }
}

function lengthOf(element: XmlElement): number {
  const here = element.name.length + element.namespace.length + textOf(element).length
  return elementsOf(element).reduce((sum, one) => sum + lengthOf(one), here)
}

function namesIn(element: XmlElement): readonly PropertyName[] {
  const names = elementsOf(element).map(({ namespace, name }) => ({ namespace, name }))
  if (names.length > MOST_PROPERTIES) throw wrong('asks for too much')
  return names
}

function needRoot(body: Uint8Array, name: string): XmlElement {
  const root = readXml(body)
  if (root.namespace !== DAV || root.name !== name) throw wrong(`is no ${name}`)
  return root
}

function wrong(what: string): Error {
  return broken('dav/question', `The question ${what}`)
}
