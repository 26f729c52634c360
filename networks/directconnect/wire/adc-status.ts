import type { Fault } from '@kith/core/fault/fault.ts'

const nickHint = 'Choose another nick: for all hubs with directconnect.nick, for this one as adc://nick@host:port.'

/** What a hub says with `STA` when it does not want us (ADC 1.0, 5.3.3), as a fault. */
export function refusal(code: number, text: string): Fault {
  const message = text === '' ? `The hub refused us (${code})` : `The hub refused us: ${text}`
  switch (code) {
    case 22:
    case 24:
      return { kind: 'unavailable', code: 'directconnect/nick-taken', message, hint: nickHint }
    case 23:
      return {
        kind: 'input',
        code: 'directconnect/password-wrong',
        message,
        hint: 'Add the hub again with the right one, as adc://nick:password@host:port.',
      }
    case 11:
      return { kind: 'unavailable', code: 'directconnect/hub-full', message }
    default:
      return { kind: 'unavailable', code: 'directconnect/refused', message }
  }
}
