import { basename, extname } from 'node:path'
import type { NearbyPrinterView, OwnPrinterView, PrinterView, PrintJobView } from '@kith/api/printers.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Devices } from '@kith/core/network/devices.ts'
import type { NearbyPrinter, OwnPrinter, Printer, Printers, PrintJob } from '@kith/core/offer/printers.ts'
import type { Handlers } from '../api/handlers.ts'
import { readParts } from '../host/files/read.ts'
import type { Supervised } from '../supervisor.ts'
import { faultView } from '../views/fault-view.ts'
import { findDevice, named } from './near.ts'

/** A device or a printer that answers later is shown as it was. */
const FIND_MS = 8_000

/** What files of these names hold; a printer finds out by itself what the others are. */
const formats: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.ps': 'application/postscript',
  '.pwg': 'image/pwg-raster',
  '.urf': 'image/urf',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.txt': 'text/plain',
}
const anyFormat = 'application/octet-stream'

export interface PrintersWorld {
  readonly networks: ReadonlyMap<string, Supervised>
  /** Puts on the disk what was kept so far. */
  record(): void
}

type Operations = Pick<
  Handlers,
  | 'printers'
  | 'addPrinter'
  | 'removePrinter'
  | 'grantPrinter'
  | 'nearbyPrinters'
  | 'findPrinters'
  | 'printJobs'
  | 'print'
  | 'cancelPrintJob'
>

export function printerOperations({ networks, record }: PrintersWorld): Operations {
  const near = (): { readonly printers: Printers; readonly devices: Devices } => {
    for (const { membership } of networks.values()) {
      const { printers, devices } = membership ?? {}
      if (printers !== undefined && devices !== undefined) return { printers, devices }
    }
    throw fail('unavailable', 'near/off', 'Kith is not joined with the devices nearby', {
      hint: 'Switch the network on: kith net on neighbours',
    })
  }
  const name = (id: string): string => near().devices.all.current.find((one) => one.id === id)?.name ?? id.slice(0, 8)
  const paired = (text: string): string => {
    const device = findDevice(near().devices, text)
    if (device.standing === 'paired') return device.id
    throw fail('input', 'near/not-paired', `${device.name} is not paired with this device`, {
      hint: `kith pair ${device.id.slice(0, 8)}`,
    })
  }
  const ownView = (one: OwnPrinter): OwnPrinterView => ({
    ...printerView(one),
    from: one.from,
    uri: one.uri,
    to: one.to.map(name),
  })
  const nearbyView = (one: NearbyPrinter): NearbyPrinterView => ({
    ...printerView(one),
    device: name(one.device),
    uri: one.uri,
  })
  const jobView = ({
    id,
    name: title,
    user,
    printer,
    way,
    device,
    state,
    bytes,
    at,
    fault,
  }: PrintJob): PrintJobView => ({
    id,
    name: title,
    user,
    printer,
    way,
    ...(device === undefined ? {} : { device: name(device) }),
    state,
    bytes,
    at,
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  })
  const ours = (text: string): OwnPrinter =>
    named(near().printers.own.current, text, (one) => [one.id, one.name], 'print/unknown', 'printer')
  const anywhere = (text: string | undefined): Printer => {
    const { own, nearby } = near().printers
    const all: readonly Printer[] = [...nearby.current, ...own.current]
    if (text === undefined && all.length === 1) return all[0]!
    if (text === undefined) {
      throw fail('input', 'print/which', 'There is more than one printer, or none', { hint: 'kith print lists them.' })
    }
    return named(all, text, ({ id, name: title }) => [id, title], 'print/unknown', 'printer')
  }
  return {
    printers: () => near().printers.own.current.map(ownView),
    async addPrinter({ body }) {
      const added = await near().printers.add(body.uri)
      record()
      return ownView(added)
    },
    async removePrinter({ params }) {
      await near().printers.remove(ours(params.id).id)
      record()
    },
    async grantPrinter({ params, body }) {
      const changed = await near().printers.grant(ours(params.id).id, body.to.map(paired))
      record()
      return ownView(changed)
    },
    nearbyPrinters: () => near().printers.nearby.current.map(nearbyView),
    findPrinters: () => near().printers.refresh(AbortSignal.timeout(FIND_MS)),
    printJobs: () => near().printers.jobs.current.map(jobView),
    async print({ body }) {
      const printer = anywhere(body.printer)
      const document = {
        name: basename(body.path),
        format: formats[extname(body.path).toLowerCase()] ?? anyFormat,
        bytes: await readParts(body.path),
      }
      const { copies, sides } = body
      const options = {
        ...(copies === undefined ? {} : { copies }),
        ...(sides === undefined ? {} : { sides }),
      }
      return jobView(await near().printers.print(printer.id, document, options))
    },
    async cancelPrintJob({ params }) {
      const { printers } = near()
      const job = named(printers.jobs.current, params.id, ({ id }) => [id], 'print/unknown-job', 'print job')
      await printers.cancel(job.id)
    },
  }
}

function printerView({
  id,
  name,
  model,
  location,
  state,
  reasons,
  color,
  duplex,
  formats: printed,
}: Printer): PrinterView {
  return { id, name, model, location, state, reasons, color, duplex, formats: printed }
}
