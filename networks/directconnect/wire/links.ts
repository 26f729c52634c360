import type { Content } from '@kith/core/content/content.ts'
import { digestBy } from '@kith/core/content/content.ts'
import type { LinkKind } from '@kith/core/network/links.ts'
import { formatMagnet as formatLink, parseMagnet } from '@kith/wire/magnet.ts'
import { encodeHint } from './hint.ts'
import { readHubPlace } from './hub-place.ts'

/** Our own: somebody who has it, so that nobody needs to be asked. Others pass over it. */
const userParameter = 'x.dc'

/**
 * A magnet link with the root of a Tiger tree, as `urn:tree:tiger` or in a `urn:bitprint`; `xs` may name a hub, and who
 * has it there: `xs=adc://host:port/nick`.
 */
export const magnet: LinkKind = {
  scheme: 'magnet',
  parse(text) {
    const link = parseMagnet(text)
    const tth = digestBy(link, 'tth')
    if (tth === undefined) return undefined
    const { name, size } = link
    const said = { ...(name === undefined ? {} : { name }), ...(size === undefined ? {} : { size }) }
    const users = link.others.filter(([other]) => other === userParameter).map(([, key]) => key)
    const places = link.exactSources.filter((source) => readHubPlace(source) !== undefined)
    return { content: { digests: [tth], ...said }, hints: { directconnect: encodeHint({ ...said, users, places }) } }
  },
}

/** With the keys of users who have it. Undefined for a content whose Tiger tree is not known. */
export function formatMagnet(content: Content, users: readonly string[] = []): string | undefined {
  const tth = digestBy(content, 'tth')
  if (tth === undefined) return undefined
  const { name, size } = content
  return formatLink({
    digests: [tth],
    others: users.map((key) => [userParameter, key] as const),
    ...(name === undefined ? {} : { name }),
    ...(size === undefined ? {} : { size }),
  })
}
