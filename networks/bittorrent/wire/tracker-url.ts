import { fail } from '@kith/core/fault/fault.ts'

/** The address of a tracker as it is kept. @throws FaultError `input` `bittorrent/tracker-url` */
export function trackerUrl(text: string): string {
  const trimmed = text.trim()
  if (/^(?:https?|udp):\/\/[^\s/]+/i.test(trimmed) && URL.canParse(trimmed) && trimmed.length <= 2_048) return trimmed
  throw fail('input', 'bittorrent/tracker-url', `“${trimmed.slice(0, 100)}” is not the address of a tracker`, {
    hint: 'It begins with http://, https:// or udp://.',
  })
}

/** Where a UDP tracker is; undefined for an address of another kind. */
export function udpTracker(
  url: string,
): { readonly host: string; readonly port: number; readonly path: string } | undefined {
  if (!url.toLowerCase().startsWith('udp://') || !URL.canParse(url)) return undefined
  const { hostname, port, pathname, search } = new URL(url.replace(/^udp:/i, 'http:'))
  // The URL standard drops port 80 of http.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 80 : Number(port), path: `${pathname}${search}` }
}

/** Where a tracker over HTTP is scraped (BEP 48): its last name has to begin with `announce`. Undefined where it cannot be. */
export function scrapeUrl(url: string): string | undefined {
  const mark = url.search(/[?#]/)
  const [address, rest] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark)]
  const name = address.lastIndexOf('/') + 1
  if (!address.startsWith('announce', name)) return undefined
  return `${address.slice(0, name)}scrape${address.slice(name + 'announce'.length)}${rest}`
}
