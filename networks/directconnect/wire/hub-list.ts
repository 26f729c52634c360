import { attempt, broken } from '@kith/wire/fault.ts'
import { numberIn } from './adc-search.ts'
import { parseHubAddress, publicAddress } from './hub-address.ts'
import { attribute, tagReader } from './xml.ts'

/** The longest lists have a few thousand hubs in a few MB. */
const mostBytes = 32 * 1024 * 1024
const mostHubs = 20_000
const longestTag = 16 * 1024
const longestText = 512

/** A hub as lists of hubs tell of it. */
export interface ListedHub {
  readonly address: string
  readonly name: string
  readonly description: string
  readonly people?: number
  /** Bytes. */
  readonly shared?: number
  readonly country?: string
}

/**
 * Reads a list of hubs, unpacked, as `hublist.xml` or as the older `hublist.config` (a line for each hub: name, address,
 * description, users). Hubs whose address is none are left out.
 *
 * @throws FaultError `directconnect/hub-list`
 */
export function readHubList(bytes: Uint8Array): ListedHub[] {
  if (bytes.length > mostBytes) throw bad('is larger than any honest one')
  const text = decoded(bytes)
  const hubs: ListedHub[] = []
  for (const hub of /^\s*</.test(text) ? inXml(text) : inLines(text)) {
    if (hub === undefined) continue
    hubs.push(hub)
    if (hubs.length >= mostHubs) break
  }
  return hubs
}

function* inXml(text: string): Generator<ListedHub | undefined> {
  let complete = false
  for (const tag of tagReader(longestTag, () => bad('has a tag without an end'))(text)) {
    if (/^\/(?:Hublist|Hubs)$/.test(tag)) complete = true
    if (!/^Hub\s/.test(tag)) continue
    const people = numberIn(attribute(tag, 'Users'))
    const shared = numberIn(attribute(tag, 'Shared'))
    yield hubOf({
      address: attribute(tag, 'Address') ?? '',
      name: attribute(tag, 'Name') ?? '',
      description: attribute(tag, 'Description') ?? '',
      country: attribute(tag, 'Country') ?? '',
      people,
      shared,
    })
  }
  if (!complete) throw bad('is not complete')
}

function* inLines(text: string): Generator<ListedHub | undefined> {
  for (const line of text.split('\n')) {
    const [name = '', address = '', description = '', users] = line.split('|')
    if (address !== '')
      yield hubOf({ address, name, description, country: '', people: numberIn(users), shared: undefined })
  }
}

interface Said {
  readonly address: string
  readonly name: string
  readonly description: string
  readonly country: string
  readonly people: number | undefined
  readonly shared: number | undefined
}

function hubOf({ address, name, description, country, people, shared }: Said): ListedHub | undefined {
  const parsed = attempt(() => parseHubAddress(address))
  if (!parsed.ok) return undefined
  return {
    address: publicAddress(parsed.value),
    name: name.slice(0, longestText),
    description: description.slice(0, longestText),
    ...(people === undefined ? {} : { people }),
    ...(shared === undefined ? {} : { shared }),
    ...(country === '' ? {} : { country: country.slice(0, longestText) }),
  }
}

/** In what the document says it is written in; UTF-8 without a word. */
function decoded(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.subarray(0, 200))
  const label = /^[^<]{0,3}<\?xml[^>]*\sencoding\s*=\s*["']([\w-]+)["']/.exec(head)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    throw bad('is written in nobody knows what')
  }
}

function bad(what: string): Error {
  return broken('directconnect/hub-list', `The list of hubs ${what}`)
}
