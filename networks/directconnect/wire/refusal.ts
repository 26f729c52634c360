/** Why our hub does not let somebody in, or on. `text` is one sentence for them. */
export interface Refusal {
  readonly kind:
    | 'banned'
    | 'full'
    | 'kicked'
    | 'nick-bad'
    | 'nick-taken'
    | 'identity'
    | 'password'
    | 'registered-only'
    | 'rules'
    | 'protocol'
  readonly text: string
  /** How long it lasts; undefined for ever, or where it does not matter. */
  readonly seconds?: number
}

/** The code of `STA` (ADC 1.0, 5.3.3), fatal. */
export function refusalCode({ kind, seconds }: Refusal): string {
  switch (kind) {
    case 'banned':
      return seconds === undefined ? '231' : '232'
    case 'kicked':
      return '230'
    case 'full':
      return '211'
    case 'nick-bad':
      return '221'
    case 'nick-taken':
      return '222'
    case 'identity':
      return '227'
    case 'password':
      return '223'
    case 'registered-only':
      return '226'
    case 'rules':
      return '220'
    case 'protocol':
      return '240'
  }
}
