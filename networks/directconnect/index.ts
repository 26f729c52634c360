import type { Network } from '@kith/core/network/network.ts'
import { Member } from './member.ts'
import type { Settings } from './settings.ts'
import { settings } from './settings.ts'
import { describeFile } from './wire/description.ts'
import { decodeHint, encodeHint, mergeHints } from './wire/hint.ts'
import { formatMagnet, magnet } from './wire/links.ts'

/** Direct Connect: NMDC and ADC. */
export const directconnect: Network<Settings> = {
  id: 'directconnect',
  title: 'Direct Connect',
  reveals: 'Hubs and their users see your address, your nick, what you search for and the list of what you share.',
  settings,
  links: [magnet],
  gatewayLinks: ['dchub', 'nmdc', 'nmdcs', 'adc', 'adcs'],
  files: [],
  describe(hint) {
    const { name, size, leaves } = decodeHint(hint)
    if (name === undefined || size === undefined || leaves === undefined) return undefined
    return describeFile(name, size, leaves)
  },
  facts: () => ({ private: false }),
  document: () => undefined,
  link: (content) => formatMagnet(content),
  mergeHints: (known, news) => encodeHint(mergeHints(decodeHint(known), decodeHint(news))),
  async join(host, settings) {
    const member = new Member(host, settings)
    try {
      await member.open()
    } catch (error) {
      await member[Symbol.asyncDispose]()
      throw error
    }
    return member
  },
}
