import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Document, Printers, PrintJob, PrintOptions } from '@kith/core/offer/printers.ts'
import type { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import { wholeOf } from '../lines.ts'
import { conduct, needSuccess } from '../print/conduct.ts'
import { FoundPrinters } from '../print/found.ts'
import { Jobs, type Job, type Target } from '../print/jobs.ts'
import { Lent, noPrinter } from '../print/lent.ts'
import { NearbyPrinters } from '../print/nearby.ts'
import { printRequest } from '../print/request.ts'
import type { Settings } from '../settings.ts'

/** A printer that is slow to take a document is not waited for any longer; the job goes on. */
const PATIENCE_MS = 10_000
/** What a printer takes when nothing is known of it. */
const ANY_FORMAT = 'application/octet-stream'

/** Printers, and the door where devices ask for ours. */
export interface OwnPrinters extends Printers, AsyncDisposable {
  start(): Promise<void>
  /** Undefined for a question about something else. */
  answer(device: string, question: PeerQuestion): Promise<OurAnswer | undefined>
}

/** Printers that devices let each other print on. */
export function printers(host: Host, book: Book, lines: Lines, settings: Settings): OwnPrinters {
  const resources = new AsyncDisposableStack()
  const jobs = resources.use(new Jobs(host))
  const nearby = resources.use(new NearbyPrinters(host, book, lines, jobs, settings.printers && settings.discovery))
  const found = resources.use(
    new FoundPrinters(host, {
      system: settings.printSystem,
      browse: settings.discovery,
      isBorrowed: (uri) => nearby.has(uri),
      isBusy: () => jobs.running(() => true).length > 0,
      changed: () => lent.tell(),
    }),
  )
  const limits = { longest: settings.longestPrint, most: settings.printJobs }
  const lent: Lent = new Lent(host, book, jobs, found, limits)
  resources.use(book.all.watch(() => lent.forgetStrangers()))

  jobs.restore((kept) => {
    const { id, device, way } = kept
    if (way === 'from here' && device !== undefined) return nearby.target(id)
    return {
      ...kept,
      ask: async (message, asked) => {
        const printer = found.get(id)
        if (printer === undefined) throw fail('gone', 'neighbours/printer-away', 'The printer is not there')
        return lent.target(printer, device).ask(message, asked)
      },
    }
  })

  /** They look at once, and need not be asked again. */
  function tellChange(devices: readonly string[]): void {
    for (const device of new Set(devices)) {
      if (!book.friends.includes(device)) continue
      lines.ask(device, { method: 'POST', target: '/printers/changed' }, true).then(
        (answer) => wholeOf(answer, 0),
        (error: unknown) => host.log.debug('a device was not told of printers', { fault: faultOf(error) }),
      )
    }
  }

  function targetOf(id: string): { readonly target: Target; readonly formats: readonly string[] } {
    const there = nearby.target(id)
    if (there !== undefined) return { target: there, formats: nearby.formats(id) }
    const printer = found.get(id)
    if (printer === undefined) throw noPrinter()
    return { target: lent.target(printer, undefined), formats: printer.formats }
  }

  const shown = (job: Job): PrintJob => jobs.all.current.find(({ id }) => id === job.id)!

  async function print(id: string, document: Document, options: PrintOptions): Promise<PrintJob> {
    const { target, formats } = targetOf(id)
    const { name, format } = document
    if (formats.length > 0 && !formats.includes(format) && !formats.includes(ANY_FORMAT)) {
      throw fail('input', 'neighbours/print-format', `${target.name} does not print ${format}`, {
        hint: `It prints ${formats.join(', ')}. Print from a program that turns it into one of them.`,
      })
    }
    const user = host.self.device
    const job = jobs.begin(target, name, user)
    const message = printRequest({ uri: target.uri, name, user, format, ...options })
    const printed = conduct({ jobs, clock: host.clock }, target, { message, document: document.bytes, job })
    const { promise: late, resolve } = Promise.withResolvers<undefined>()
    using _timer = host.clock.after(PATIENCE_MS, () => resolve(undefined))
    const answer = await Promise.race([printed, late])
    if (answer === undefined)
      printed.catch((error: unknown) => host.log.info('a job failed', { fault: faultOf(error) }))
    else needSuccess(answer)
    return shown(job)
  }

  return {
    own: lent.all,
    nearby: nearby.all,
    jobs: jobs.all,
    async refresh(signal) {
      const all = Promise.all([found.look(), nearby.look()])
      const aborted = Promise.withResolvers<void>()
      signal?.addEventListener('abort', () => aborted.resolve(), { once: true })
      await Promise.race([all, aborted.promise])
    },
    async add(uri) {
      const { id } = await found.add(uri)
      return lent.all.current.find((one) => one.id === id)!
    },
    async remove(id) {
      found.remove(id)
      const before = lent.guests
      await lent.grant(id, []).catch(() => {})
      tellChange(before)
    },
    async grant(id, to) {
      const before = lent.guests
      const granted = await lent.grant(id, to)
      tellChange([...before, ...lent.guests])
      return granted
    },
    async print(id, document, options) {
      try {
        return await print(id, document, options)
      } catch (error) {
        document.bytes.return().catch(() => {})
        throw error
      }
    },
    async cancel(id) {
      const job = jobs.get(id)
      if (job === undefined) throw fail('input', 'neighbours/no-print-job', 'There is no such print job')
      await jobs.cancel(job, cancelled())
    },
    async start() {
      if (!settings.printers) return
      await nearby.start()
      await found.start()
    },
    async answer(device, question) {
      if (!settings.printers) return undefined
      if (question.method === 'POST' && question.target === '/printers/changed') {
        void nearby.ask(device, true)
        return { status: 204 }
      }
      return lent.answer(device, question)
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  }
}

function cancelled(): Fault {
  return fail('gone', 'neighbours/print-cancelled', 'The job was cancelled').fault
}
