import { basename, extname } from 'node:path'
import type { NearbyPrinterView, OwnPrinterView, PrinterView, PrintJobView } from '@kith/api/printers.ts'
import type { NamedDevice } from '@kith/api/near.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { NearbyPrinter, OwnPrinter, Printer, Printers, PrintJob } from '@kith/core/offer/printers.ts'
import type { Handlers } from '../api/handlers.ts'
import { readParts } from '../host/files/read.ts'
import { faultView } from '../views/fault-view.ts'
import { type Lent, lentBy, type LentWorld } from './lent.ts'
import { named } from './named.ts'

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

export function printerOperations({ networks }: LentWorld): Operations {
  const near = (): Lent<Printers> => lentBy(networks, 'printers')
  const deviceOf = (id: string): NamedDevice => near().named(id)
  const paired = (text: string): string => near().paired(text)
  const ownView = (one: OwnPrinter): OwnPrinterView => ({
    ...printerView(one),
    from: one.from,
    uri: one.uri,
    to: one.to.map(deviceOf),
  })
  const nearbyView = (one: NearbyPrinter): NearbyPrinterView => ({
    ...printerView(one),
    device: deviceOf(one.device),
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
    ...(device === undefined ? {} : { device: deviceOf(device) }),
    state,
    bytes,
    at,
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  })
  const ours = (text: string): OwnPrinter =>
    named(near().facet.own.current, text, (one) => [one.id, one.name], 'print/unknown', 'printer')
  const anywhere = (text: string | undefined): Printer => {
    const { own, nearby } = near().facet
    const all: readonly Printer[] = [...nearby.current, ...own.current]
    if (text === undefined && all.length === 1) return all[0]!
    if (text === undefined) {
      throw fail('input', 'print/which', 'There is more than one printer, or none', { hint: 'kith print lists them.' })
    }
    return named(all, text, ({ id, name: title }) => [id, title], 'print/unknown', 'printer')
  }
  return {
    printers: () => near().facet.own.current.map(ownView),
    async addPrinter({ body }) {
      const added = await near().facet.add(body.uri)
      return ownView(added)
    },
    async removePrinter({ params }) {
      await near().facet.remove(ours(params.id).id)
    },
    async grantPrinter({ params, body }) {
      const changed = await near().facet.grant(ours(params.id).id, body.to.map(paired))
      return ownView(changed)
    },
    nearbyPrinters: () => near().facet.nearby.current.map(nearbyView),
    findPrinters: () => near().facet.refresh(AbortSignal.timeout(FIND_MS)),
    printJobs: () => near().facet.jobs.current.map(jobView),
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
      return jobView(await near().facet.print(printer.id, document, options))
    },
    async cancelPrintJob({ params }) {
      const { facet: printers } = near()
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
