/** Links that Kith knows by their first word, and files of links on the web. */
const scheme =
  /^(magnet:\?|ed2k:\/\/|adcs?:\/\/|nmdcs?:\/\/|dchub:\/\/|gnutella:|gwc:|freenet:|(?:CHK|SSK|USK|KSK)@|urn:)\S+$/i
const webDocument = /^https?:\/\/\S+\.(torrent|metalink|meta4)([?#]\S*)?$/i
/** A bare digest: SHA-1 in hexadecimal or base32, or SHA-256. */
const digest = /^([0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i

/** More than anybody pastes on purpose. */
const mostLinks = 1_000

/** Every link in a text, one per line or between blanks, each once. */
export function linksIn(text: string): readonly string[] {
  const found = new Set<string>()
  for (const word of text.split(/\s+/)) {
    const link = word.replace(/^[<("'“]+|[>)"'”,;]+$/g, '')
    if (scheme.test(link) || webDocument.test(link)) found.add(link)
    else if (digest.test(link)) found.add(`magnet:?xt=urn:${link.length === 64 ? 'btmh:1220' : 'btih:'}${link}`)
    if (found.size >= mostLinks) break
  }
  return [...found]
}

/** The network that a link leads into, as those of hubs do, rather than to something that is fetched. */
export function gatewayNetwork(
  link: string,
  networks: readonly { readonly id: string; readonly gatewayLinks?: readonly string[] | undefined }[],
): string | undefined {
  const scheme = /^([a-z]+):\/\//i.exec(link)?.[1]?.toLowerCase()
  return scheme === undefined
    ? undefined
    : networks.find(({ gatewayLinks }) => gatewayLinks?.includes(scheme) === true)?.id
}

/** What is to be added: what was recognised, or each line as it stands, so that the daemon says what is wrong with it. */
export function wishes(text: string): readonly string[] {
  const found = linksIn(text)
  if (found.length > 0) return found
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, mostLinks)
}
