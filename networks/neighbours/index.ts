import type { Network } from '@kith/core/network/network.ts'
import { Member } from './member.ts'
import type { Settings } from './settings.ts'
import { settings } from './settings.ts'
import { decodeHint, emptyHint, encodeHint, mergeHints } from './wire/hint.ts'
import { formatKithLink, kithLink } from './wire/links.ts'
import { parseManifest } from './wire/manifest.ts'

/** The devices around us, and others that we have met. */
export const neighbours: Network<Settings> = {
  id: 'neighbours',
  title: 'Nearby',
  reveals: 'Devices on the local network see the name of this one. Only devices that you paired see anything else.',
  settings,
  key: 'Ed25519',
  links: [kithLink],
  files: [],
  describe(hint) {
    const { manifest } = decodeHint(hint)
    if (manifest === undefined) return undefined
    return parseManifest(manifest)
  },
  // Its sources are devices that were paired, and nobody else.
  facts: () => ({ private: true }),
  document: () => undefined,
  link: (content, hint) => formatKithLink(content, hint === undefined ? emptyHint : decodeHint(hint)),
  mergeHints: (known, news) => encodeHint(mergeHints(decodeHint(known), decodeHint(news))),
  async join(host, settings) {
    const member = new Member(host, settings)
    try {
      await member.listen()
    } catch (error) {
      await member[Symbol.asyncDispose]()
      throw error
    }
    return member
  },
}
