import type { Host } from '@kith/core/network/host.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { formatAdc, parseAdc } from '../wire/adc-line.ts'
import { readResult, resultWords } from '../wire/adc-search.ts'
import type { FoundItem } from '../wire/found.ts'

/** A result in a datagram; ADC names the client, NMDC the nick. */
export type Answer = { readonly kind: 'adc'; readonly cid: string; readonly token: string; readonly item: FoundItem }

/** Opens the port for results, the same as for connections where it is free. */
export async function openDatagrams(
  { net, log }: Pick<Host, 'net' | 'log'>,
  port: number,
  answered: (answer: Answer) => void,
): Promise<Datagrams> {
  const receive = (_from: Endpoint, bytes: Uint8Array): void => {
    const end = bytes.indexOf(0x0a)
    const line = attempt(() => parseAdc(end < 0 ? bytes : bytes.subarray(0, end)))
    if (!line.ok || line.value.type !== 'U' || line.value.command !== 'RES') return
    const result = readResult(line.value)
    if (result !== undefined) answered({ kind: 'adc', cid: line.value.cid, ...result })
  }
  try {
    return await net.datagrams({ port, receive })
  } catch (error) {
    log.debug('the port for results is taken by another network', { port, error: String(error) })
    return net.datagrams({ receive })
  }
}

export function adcResult(cid: string, item: FoundItem, token: string): Uint8Array {
  return utf8(formatAdc({ type: 'U', command: 'RES', cid, words: resultWords(item, token) }))
}
