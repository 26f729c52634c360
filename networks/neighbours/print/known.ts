import type { Host } from '@kith/core/network/host.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { decodePrinters, encodePrinters, type ToldPrinter } from '../wire/printers.ts'

/** First half of the id of a device. */
const DEVICE_DIGITS = 16
const KEPT_AS = 'near-printers'

/** A printer of a device nearby, as that device has told of it. */
export interface Known {
  readonly key: string
  readonly device: string
  readonly printer: ToldPrinter
}

export function knownPrinter(device: string, printer: ToldPrinter): Known {
  return { key: `${device.slice(0, DEVICE_DIGITS)}${printer.id}`, device, printer }
}

/** Those that were written down; none where that cannot be read. */
export function keptPrinters({ keep }: Pick<Host, 'keep'>): readonly Known[] {
  const bytes = keep.get(KEPT_AS)
  if (bytes === undefined) return []
  const read = attempt(() =>
    [...(decodeDict(bytes, { maxDepth: 4 }).list('printers')?.needDicts() ?? [])].flatMap((dict) => {
      const device = deviceId(dict.needBytes('device'))
      return decodePrinters(dict.needBytes('printer')).map((printer) => knownPrinter(device, printer))
    }),
  )
  return read.ok ? read.value : []
}

/** Writes them down, where they are others than before. */
export function keepPrinters({ keep }: Pick<Host, 'keep'>, all: Iterable<Known>): void {
  const printers = [...all].map(({ device, printer }) => ({
    device: idBytes(device),
    printer: encodePrinters([printer]),
  }))
  const bytes = printers.length === 0 ? undefined : encode({ printers })
  if (keep.get(KEPT_AS)?.toHex() !== bytes?.toHex()) keep.set(KEPT_AS, bytes)
}
