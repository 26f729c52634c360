import { attempt } from '@kith/wire/fault.ts'
import { percentDecode } from '@kith/wire/percent.ts'
import { parseHubAddress, publicAddress } from './hub-address.ts'
import { formatKeyprint } from './keyprint.ts'

/** Where a link says that a file is: a hub, and perhaps who has it there. */
export interface HubPlace {
  /** Without anything of ours in it. */
  readonly address: string
  readonly nick?: string
}

const schemes = /^(dchub|nmdcs?|adcs?):\/\//i

/** The `xs` of a magnet link where that is a hub, such as `adc://host:port/nick`; undefined for anything else. */
export function readHubPlace(text: string): HubPlace | undefined {
  if (!schemes.test(text)) return undefined
  const read = attempt(() => {
    const hub = parseHubAddress(text)
    const nick = percentDecode(/^[a-z]+:\/\/[^/?#]*\/([^/?#]+)/i.exec(text)?.[1] ?? '')
    const keyprint = hub.keyprint === undefined ? '' : `/?kp=${formatKeyprint(hub.keyprint)}`
    return { address: publicAddress(hub) + keyprint, ...(nick === '' ? {} : { nick }) }
  })
  return read.ok ? read.value : undefined
}
