import type { AdcLine } from './adc-line.ts'
import { numberIn } from './adc-search.ts'

/** What is understood, and what everybody understands who speaks TLS at all. */
const secureProtocols: ReadonlySet<string> = new Set(['ADCS/0.10', 'ADCS/1.0'])
const secureProtocol = 'ADCS/0.10'
const plainProtocol = 'ADC/1.0'

/**
 * How two users come together (ADC 1.0, 5.3.12 and 5.3.13; ADC-EXT, `NATT`): `CTM` waits at a port, `RCM` asks to be
 * waited for, and `NAT` with its answer `RNT` have both dial.
 */
export type AdcMeetingCommand = 'CTM' | 'RCM' | 'NAT' | 'RNT'

/** `port` is missing in `RCM`. */
export interface AdcMeeting {
  readonly tls: boolean
  readonly token: string
  readonly port?: number
}

/** The words of the line. */
export function meetingWords({ tls, token, port }: AdcMeeting): string[] {
  return [tls ? secureProtocol : plainProtocol, ...(port === undefined ? [] : [`${port}`]), token]
}

/** Undefined for what makes no sense; `unknown` is a protocol that we do not speak. */
export function readAdcMeeting(
  command: AdcMeetingCommand,
  { words }: Pick<AdcLine, 'words'>,
): AdcMeeting | { readonly unknown: string; readonly token: string } | undefined {
  const [protocol = '', ...rest] = words
  const [where, token = ''] = command === 'RCM' ? [undefined, rest[0]] : rest
  const tls = secureProtocols.has(protocol)
  if (!tls && protocol !== plainProtocol) return { unknown: protocol, token }
  if (command === 'RCM') return { tls, token }
  const port = numberIn(where)
  return port === undefined || port < 1 || port > 65_535 ? undefined : { tls, token, port }
}
