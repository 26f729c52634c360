import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { NearbyPrinterView, OwnPrinterView, PrinterView, PrintJobView } from '@kith/api/printers.ts'
import type { Context, Run } from '../context.ts'
import { FailedError, UsageError, failure } from '../exit.ts'
import { namesOf, sizeText, table, timeText } from '../format.ts'

const POLL_MS = 500
const over = new Set<PrintJobView['state']>(['done', 'cancelled', 'failed'])

interface PrintFlags {
  readonly copies?: string
  readonly sides?: string
  readonly wait?: true
}

/** All printers, as `kith print --json` prints them. */
interface AllPrinters {
  readonly ours: readonly OwnPrinterView[]
  readonly nearby: readonly NearbyPrinterView[]
}

export function printCommands(root: Command, run: Run): void {
  const print = root
    .command('print')
    .description('print a file: kith print FILE PRINTER; without a file: all printers')
    .argument('[file]')
    .argument('[printer]', 'its name or id, ours or nearby; may be left out where there is only one')
    .option('--copies <number>')
    .option('--sides <one|both>')
    .option('--wait', 'until it is printed')
    .action(
      run(async (context: Context, file: string | undefined, printer: string | undefined, given: PrintFlags) => {
        const { kith, out } = context
        if (file === undefined) return out.value(await allPrinters(kith), printersText)
        const copies = given.copies === undefined ? undefined : Number(given.copies)
        if (copies !== undefined && !(Number.isInteger(copies) && copies > 0)) {
          throw new UsageError('--copies wants a number')
        }
        const { sides } = given
        if (sides !== undefined && sides !== 'one' && sides !== 'both') throw new UsageError('--sides is one or both')
        const job = await kith.call('print', {
          body: {
            path: resolve(file),
            ...(printer === undefined ? {} : { printer }),
            ...(copies === undefined ? {} : { copies }),
            ...(sides === undefined ? {} : { sides }),
          },
        })
        const last = given.wait === true ? await printed(context, job) : job
        out.item(last, (one) => table([jobRow(one)]))
      }),
    )
  print
    .command('jobs')
    .description('what was printed lately, by us and for others')
    .action(
      run(async ({ kith, out }: Context) =>
        out.value(await kith.call('printJobs'), (all) =>
          all.length === 0 ? 'Nothing was printed lately.' : table(all.map(jobRow)),
        ),
      ),
    )
  print
    .command('cancel')
    .description('cancel what is printed')
    .argument('<job>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('cancelPrintJob', { params: { id } })))
  print
    .command('grant')
    .description('say anew who may print on a printer of ours: these devices and no others')
    .argument('<printer>')
    .argument('[devices...]')
    .action(
      run(async ({ kith, out }: Context, id: string, to: string[]) =>
        out.item(await kith.call('grantPrinter', { params: { id }, body: { to } }), (one) => table([ownRow(one)])),
      ),
    )
  print
    .command('add')
    .description('add a printer that nothing announces: kith print add ipp://192.0.2.7/ipp/print')
    .argument('<uri>')
    .action(
      run(async ({ kith, out }: Context, uri: string) =>
        out.item(await kith.call('addPrinter', { body: { uri } }), (one) => table([ownRow(one)])),
      ),
    )
  print
    .command('remove')
    .description('forget a printer that was added')
    .argument('<printer>')
    .action(run(async ({ kith }: Context, id: string) => kith.call('removePrinter', { params: { id } })))
}

async function allPrinters(kith: Client): Promise<AllPrinters> {
  await kith.call('findPrinters')
  const [ours, nearby] = await Promise.all([kith.call('printers'), kith.call('nearbyPrinters')])
  return { ours, nearby }
}

async function printed({ kith, signal }: Context, { id }: PrintJobView): Promise<PrintJobView> {
  for (;;) {
    const job = (await kith.call('printJobs')).find((one) => one.id === id)
    if (job === undefined) throw new FailedError('The job is not known any more')
    if (job.state === 'failed') throw failure(job.fault, 'The printer gave it up')
    if (over.has(job.state)) return job
    signal.throwIfAborted()
    await new Promise((done) => setTimeout(done, POLL_MS))
  }
}

function printersText({ ours, nearby }: AllPrinters): string {
  const rows = [...nearby.map(nearbyRow), ...ours.map(ownRow)]
  return rows.length === 0 ? 'There is no printer here or nearby.' : table(rows)
}

function nearbyRow(one: NearbyPrinterView): string[] {
  return [one.id, one.name, `at ${one.device.name}`, stateText(one), one.uri]
}

function ownRow(one: OwnPrinterView): string[] {
  const who = one.to.length === 0 ? 'for nobody else' : `for ${namesOf(one.to)}`
  return [one.id, one.name, who, stateText(one), one.uri]
}

/** What is wrong, in the printer's own words. */
function stateText({ state, reasons }: PrinterView): string {
  return reasons.length === 0 ? state : `${state}: ${reasons.join(', ')}`
}

function jobRow({ id, name, state, printer, device, way, user, bytes, at, fault }: PrintJobView): string[] {
  const where =
    device === undefined
      ? printer
      : way === 'from here'
        ? `${printer} at ${device.name}`
        : `${printer} for ${device.name}`
  return [
    id,
    name,
    where,
    user,
    sizeText(bytes),
    timeText(at),
    fault === undefined ? state : `${state}: ${fault.message}`,
  ]
}
