import { utf8 } from '../bytes.ts'
import { escapeXml, escapeXmlAttribute } from '../xml/write.ts'
import type { PropertyName } from './questions.ts'

/** A property with its value as XML, which stands inside of an element of its name. */
export interface Property extends PropertyName {
  /** The inside of the element, where it is one of DAV; or the whole of it. */
  readonly xml: string
  readonly whole?: boolean
}

export interface PropStatus {
  readonly status: number
  readonly properties: readonly Property[]
}

/** What is said of one resource in a multistatus answer (RFC 4918 13). */
export type ResourceStatus = { readonly href: string } & (
  | { readonly status: number }
  | { readonly found: readonly PropStatus[] }
)

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  423: 'Locked',
  424: 'Failed Dependency',
  507: 'Insufficient Storage',
}

export const multistatusHead = '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:">'
export const multistatusEnd = '</D:multistatus>\n'

export function resourceXml(resource: ResourceStatus): string {
  const href = `<D:href>${escapeXml(resource.href)}</D:href>`
  if ('status' in resource) return `<D:response>${href}${statusXml(resource.status)}</D:response>`
  const found = resource.found
    .filter(({ properties }) => properties.length > 0)
    .map(
      ({ status, properties }) =>
        `<D:propstat><D:prop>${properties.map(propertyXml).join('')}</D:prop>${statusXml(status)}</D:propstat>`,
    )
  const none = found.length === 0 ? [`<D:propstat><D:prop/>${statusXml(200)}</D:propstat>`] : found
  return `<D:response>${href}${none.join('')}</D:response>`
}

export function multistatus(resources: readonly ResourceStatus[]): Uint8Array {
  return utf8(multistatusHead + resources.map(resourceXml).join('') + multistatusEnd)
}

/** A condition that was not met (RFC 4918 16). */
export function errorXml(condition: string, href?: string): Uint8Array {
  const inside = href === undefined ? '' : `<D:href>${escapeXml(href)}</D:href>`
  return utf8(
    `<?xml version="1.0" encoding="utf-8"?>\n<D:error xmlns:D="DAV:"><D:${condition}>${inside}</D:${condition}></D:error>\n`,
  )
}

function propertyXml({ namespace, name, xml, whole }: Property): string {
  if (whole === true) return xml
  const tag = namespace === 'DAV:' ? `D:${name}` : name
  const open = namespace === 'DAV:' ? tag : `${tag} xmlns="${escapeXmlAttribute(namespace)}"`
  return xml === '' ? `<${open}/>` : `<${open}>${xml}</${tag}>`
}

function statusXml(status: number): string {
  return `<D:status>HTTP/1.1 ${status} ${reasons[status] ?? 'Status'}</D:status>`
}

/** A lock that is held. */
export interface HeldLock {
  readonly token: string
  readonly scope: 'exclusive' | 'shared'
  readonly deep: boolean
  /** Where it was taken, as an address. */
  readonly href: string
  readonly secondsLeft: number
  /** XML of the owner element, or ''. */
  readonly owner: string
}

export function activeLockXml({ token, scope, deep, href, secondsLeft, owner }: HeldLock): string {
  return (
    `<D:activelock><D:locktype><D:write/></D:locktype><D:lockscope><D:${scope}/></D:lockscope>` +
    `<D:depth>${deep ? 'infinity' : '0'}</D:depth>${owner}<D:timeout>Second-${Math.max(Math.ceil(secondsLeft), 0)}</D:timeout>` +
    `<D:locktoken><D:href>${escapeXml(token)}</D:href></D:locktoken><D:lockroot><D:href>${escapeXml(href)}</D:href></D:lockroot></D:activelock>`
  )
}

/** The answer to LOCK. */
export function lockAnswer(locks: readonly HeldLock[]): Uint8Array {
  return utf8(
    `<?xml version="1.0" encoding="utf-8"?>\n<D:prop xmlns:D="DAV:"><D:lockdiscovery>${locks.map(activeLockXml).join('')}</D:lockdiscovery></D:prop>\n`,
  )
}
