import type { Fault } from '@kith/core/fault/fault.ts'

/** What a hub says with `STA` when it does not want us (ADC 1.0, 5.3.3), as a fault. */
export function refusal(code: number, text: string): Fault {
  const message = text === '' ? `The hub refused us (${code})` : `The hub refused us: ${text}`
  switch (code) {
    case 22:
    case 24:
      return { kind: 'unavailable', code: 'directconnect/nick-taken', message, hint: 'Choose another nick.' }
    case 23:
      return { kind: 'input', code: 'directconnect/password-wrong', message }
    case 11:
      return { kind: 'unavailable', code: 'directconnect/hub-full', message }
    default:
      return { kind: 'unavailable', code: 'directconnect/refused', message }
  }
}
