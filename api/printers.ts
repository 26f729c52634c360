import { z } from 'zod'
import type { FaultView } from './fault.ts'
import { faultView } from './fault.ts'
import { namedDevice, type NamedDevice } from './near.ts'
import type { Id, None, Route } from './route.ts'

/** What a printer says of itself. */
export interface PrinterView {
  readonly id: string
  readonly name: string
  readonly model: string
  /** Where it stands, in the words of its owner. */
  readonly location: string
  /** `away`: nobody answers there. */
  readonly state: 'idle' | 'printing' | 'stopped' | 'away'
  /** Keywords of IPP, such as `media-empty-error` and `toner-low-warning`; none when all is well. */
  readonly reasons: readonly string[]
  readonly color: boolean
  readonly duplex: boolean
  /** Media types that it prints. */
  readonly formats: readonly string[]
}
const printerFields = {
  id: z.string(),
  name: z.string(),
  model: z.string(),
  location: z.string(),
  state: z.enum(['idle', 'printing', 'stopped', 'away']),
  reasons: z.array(z.string()),
  color: z.boolean(),
  duplex: z.boolean(),
  formats: z.array(z.string()),
}

/** A printer of this machine, or of the network around it. */
export interface OwnPrinterView extends PrinterView {
  readonly from: 'system' | 'network' | 'address'
  readonly uri: string
  /** The devices that may print on it. */
  readonly to: readonly NamedDevice[]
}
export const ownPrinterView: z.ZodType<OwnPrinterView> = z.object({
  ...printerFields,
  from: z.enum(['system', 'network', 'address']),
  uri: z.string(),
  to: z.array(namedDevice),
})

/** A printer of a device nearby, which programs of this machine print on at `uri`. */
export interface NearbyPrinterView extends PrinterView {
  readonly device: NamedDevice
  readonly uri: string
}
export const nearbyPrinterView: z.ZodType<NearbyPrinterView> = z.object({
  ...printerFields,
  device: namedDevice,
  uri: z.string(),
})

export interface PrintJobView {
  readonly id: string
  readonly name: string
  /** Who prints, as their program says. */
  readonly user: string
  /** Name of the printer. */
  readonly printer: string
  /** What we print, or what others print on our printers. */
  readonly way: 'from here' | 'for others'
  /** The device at the other end; absent where we print on a printer of our own. */
  readonly device?: NamedDevice | undefined
  readonly state: 'sending' | 'waiting' | 'printing' | 'stopped' | 'done' | 'cancelled' | 'failed'
  /** Bytes that have gone to the printer. */
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly fault?: FaultView | undefined
}
export const printJobView: z.ZodType<PrintJobView> = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  printer: z.string(),
  way: z.enum(['from here', 'for others']),
  device: namedDevice.optional(),
  state: z.enum(['sending', 'waiting', 'printing', 'stopped', 'done', 'cancelled', 'failed']),
  bytes: z.number(),
  at: z.number(),
  fault: faultView.optional(),
})

export interface AddPrinterRequest {
  /** `ipp://192.0.2.7/ipp/print` */
  readonly uri: string
}
export const addPrinterRequest: z.ZodType<AddPrinterRequest> = z.strictObject({ uri: z.string().min(5).max(1000) })

export interface GrantPrinterRequest {
  /** Ids or names of devices: these and no others. */
  readonly to: readonly string[]
}
export const grantPrinterRequest: z.ZodType<GrantPrinterRequest> = z.strictObject({
  to: z.array(z.string().min(1).max(200)).max(100),
})

export interface PrintRequest {
  /** A file of the daemon's machine. */
  readonly path: string
  /** Id or name of a printer, ours or nearby; may be left out where there is only one. */
  readonly printer?: string | undefined
  readonly copies?: number | undefined
  readonly sides?: 'one' | 'both' | undefined
}
export const printRequest: z.ZodType<PrintRequest> = z.strictObject({
  path: z.string().min(1).max(4096),
  printer: z.string().min(1).max(300).optional(),
  copies: z.int().min(1).max(999).optional(),
  sides: z.enum(['one', 'both']).optional(),
})

/** Printers that devices let each other print on. */
export interface PrinterRoutes {
  readonly printers: Route<None, None, None, readonly OwnPrinterView[]>
  readonly addPrinter: Route<None, None, AddPrinterRequest, OwnPrinterView>
  readonly removePrinter: Route<Id, None, None, void>
  readonly grantPrinter: Route<Id, None, GrantPrinterRequest, OwnPrinterView>
  readonly nearbyPrinters: Route<None, None, None, readonly NearbyPrinterView[]>
  readonly findPrinters: Route<None, None, None, void>
  readonly printJobs: Route<None, None, None, readonly PrintJobView[]>
  readonly print: Route<None, None, PrintRequest, PrintJobView>
  readonly cancelPrintJob: Route<Id, None, None, void>
}

const tag = 'print'

export const printerRoutes: PrinterRoutes = {
  printers: {
    method: 'get',
    path: '/printers',
    scope: 'view',
    tag,
    summary: 'Printers of this machine, and which devices may print on them',
    params: [],
    response: z.array(ownPrinterView),
  },
  addPrinter: {
    method: 'post',
    path: '/printers',
    scope: 'share',
    tag,
    summary: 'Add a printer by its address',
    params: [],
    body: addPrinterRequest,
    response: ownPrinterView,
  },
  removePrinter: {
    method: 'delete',
    path: '/printers/{id}',
    scope: 'share',
    tag,
    summary: 'Forget a printer that was added by its address',
    params: ['id'],
  },
  grantPrinter: {
    method: 'put',
    path: '/printers/{id}/to',
    scope: 'share',
    tag,
    summary: 'Say anew which devices may print',
    params: ['id'],
    body: grantPrinterRequest,
    response: ownPrinterView,
  },
  nearbyPrinters: {
    method: 'get',
    path: '/printers/nearby',
    scope: 'view',
    tag,
    summary: 'Printers of devices nearby, and where programs of this machine print on them',
    params: [],
    response: z.array(nearbyPrinterView),
  },
  findPrinters: {
    method: 'post',
    path: '/printers/find',
    scope: 'view',
    tag,
    summary: 'Look now which printers there are, here and nearby',
    params: [],
  },
  printJobs: {
    method: 'get',
    path: '/printers/jobs',
    scope: 'view',
    tag,
    summary: 'What was printed lately, by us and for others, the newest first',
    params: [],
    response: z.array(printJobView),
  },
  print: {
    method: 'post',
    path: '/printers/jobs',
    scope: 'share',
    tag,
    summary: 'Print a file',
    params: [],
    body: printRequest,
    response: printJobView,
  },
  cancelPrintJob: {
    method: 'delete',
    path: '/printers/jobs/{id}',
    scope: 'share',
    tag,
    summary: 'Cancel what is printed',
    params: ['id'],
  },
}
