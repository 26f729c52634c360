import { digestBy, type Content } from '@kith/core/content/content.ts'
import { digest, hexOf } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { LinkKind } from '@kith/core/network/links.ts'
import type { Wish } from '@kith/core/transfer/wish.ts'
import { isDeviceId } from './device-id.ts'
import { isInvitation } from './invitation.ts'
import { encodeHint, type Hint } from './hint.ts'

const LONGEST_LINK = 8_192
const LONGEST_NAME = 255

/** `kith:` and the digest of a manifest; `n` is the name, `s` the size in bytes, each `d` a device that has it. */
export const kithLink: LinkKind = { scheme: 'kith', parse }

export function formatKithLink(content: Content, hint: Hint): string | undefined {
  const id = digestBy(content, 'kith')
  if (id === undefined) return undefined
  const query = new URLSearchParams()
  if (content.name !== undefined) query.set('n', content.name)
  if (content.size !== undefined) query.set('s', String(content.size))
  for (const device of hint.from) query.append('d', device)
  return `kith:${hexOf(id)}${query.size > 0 ? `?${query}` : ''}`
}

function parse(text: string): Wish {
  if (isInvitation(text)) {
    throw fail('input', 'neighbours/is-invitation', 'That link is an invitation to pair, not something to fetch', {
      hint: 'Enter it in Nearby, or say: kith pair LINK',
    })
  }
  const [, id, query = ''] = /^kith:([0-9a-f]{64})(?:\?(.*))?$/is.exec(text) ?? []
  if (id === undefined || text.length > LONGEST_LINK) {
    throw fail('input', 'neighbours/link', 'The link is not whole', { hint: 'Copy it again.' })
  }
  const said = new URLSearchParams(query)
  const name = said.get('n')?.slice(0, LONGEST_NAME)
  const size = Number(said.get('s') ?? Number.NaN)
  return {
    content: {
      digests: [digest(`kith:${id}`)],
      ...(name ? { name } : {}),
      ...(Number.isSafeInteger(size) && size > 0 ? { size } : {}),
    },
    hints: { neighbours: encodeHint({ from: said.getAll('d').filter(isDeviceId) }) },
  }
}
