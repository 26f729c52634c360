import type { Keep } from '@kith/core/network/host.ts'
import type { InternetTerms } from '@kith/core/offer/internet.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { termsFields, termsIn } from '../wire/internet.ts'

/** What is written down of a loan. */
export interface KeptLoan {
  readonly device: string
  readonly terms: InternetTerms
  readonly since: number
  readonly down: number
  readonly up: number
}

export function keepLoans(keep: Keep, lending: boolean, loans: readonly KeptLoan[]): void {
  const all = loans.map(({ device, terms, since, down, up }) => ({
    device: idBytes(device),
    terms: termsFields(terms),
    since,
    down,
    up,
  }))
  keep.set('internet', lending && all.length === 0 ? undefined : encode({ lending: Number(lending), loans: all }))
}

/** On by itself, and lent to nobody. */
export function keptLoans(keep: Keep): { readonly lending: boolean; readonly loans: readonly KeptLoan[] } {
  const bytes = keep.get('internet')
  if (bytes === undefined) return { lending: true, loans: [] }
  const read = attempt(() => {
    const dict = decodeDict(bytes, { maxDepth: 6 })
    const loans = [...(dict.list('loans')?.needDicts() ?? [])].map((one) => ({
      device: deviceId(one.needBytes('device')),
      terms: termsIn(one.needDict('terms')),
      since: one.needInteger('since'),
      down: one.needInteger('down'),
      up: one.needInteger('up'),
    }))
    return { lending: dict.needInteger('lending') === 1, loans }
  })
  // What cannot be read grants nothing.
  return read.ok ? read.value : { lending: false, loans: [] }
}

/** What this machine uses: whose, at which port, and whether all of it goes there. */
export interface KeptUse {
  readonly device: string
  readonly port: number
  readonly whole: boolean
}

export function keepUses(keep: Keep, uses: readonly KeptUse[]): void {
  const all = uses.map(({ device, port, whole }) => ({ device: idBytes(device), port, whole: Number(whole) }))
  keep.set('internet-used', all.length === 0 ? undefined : encode({ uses: all }))
}

export function keptUses(keep: Keep): readonly KeptUse[] {
  const bytes = keep.get('internet-used')
  if (bytes === undefined) return []
  const read = attempt(() =>
    [...(decodeDict(bytes, { maxDepth: 4 }).list('uses')?.needDicts() ?? [])].map((one) => ({
      device: deviceId(one.needBytes('device')),
      port: one.needInteger('port'),
      whole: one.needInteger('whole') === 1,
    })),
  )
  return read.ok ? read.value : []
}
