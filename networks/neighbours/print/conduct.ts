import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { IppMessage } from '../wire/ipp.ts'
import { textOf, attributeOf, groupTag } from '../wire/ipp.ts'
import { jobOf } from '../wire/ipp-rewrite.ts'
import { FIRST_FAILURE, operation } from '../wire/ipp-words.ts'
import { shownName } from '../wire/messages.ts'
import { named } from './ask.ts'
import type { Job, Jobs, Target } from './jobs.ts'

/** A program that sends nothing for so long does not go on; the printer is there for others too. */
const STALLED_MS = 60_000

export interface Conducted {
  readonly message: IppMessage
  readonly document: AsyncGenerator<Uint8Array, void>
  readonly signal?: AbortSignal
  /** Bytes; longer documents are not printed. */
  readonly longest?: number
  /** The job that it makes, where it is known before. */
  readonly job?: Job
}

/** Requests that bring a document, or make a job. */
const makes: ReadonlySet<number> = new Set([operation.printJob, operation.createJob])
const brings: ReadonlySet<number> = new Set([operation.printJob, operation.sendDocument])

/** Passes a request on, and keeps account of the job that it makes or feeds. @throws FaultError */
export async function conduct(
  { jobs, clock }: { readonly jobs: Jobs; readonly clock: Clock },
  target: Target,
  { message, document, signal, longest = Number.POSITIVE_INFINITY, job: known }: Conducted,
): Promise<IppMessage> {
  const isNew = makes.has(message.code)
  const name = named(message, 'job-name') ?? named(message, 'document-name') ?? 'unnamed'
  const user = named(message, 'requesting-user-name') ?? 'somebody'
  const job = known ?? (isNew ? jobs.begin(target, name, user) : jobs.at(target, jobOf(message)))
  const stop = job?.stop.signal
  const signals = [signal, stop].filter((one) => one !== undefined)
  try {
    if (!brings.has(message.code)) {
      // Nothing may follow; what does is not looked at.
      const answer = await target.ask(message, { signal: AbortSignal.any(signals) })
      if (job !== undefined) settle(answer, job)
      return answer
    }
    const stalled = new AbortController()
    const answer = await target.ask(message, {
      document: counted(stalled),
      signal: AbortSignal.any([...signals, stalled.signal]),
    })
    if (job !== undefined) settle(answer, job)
    return answer
  } catch (error) {
    if (job !== undefined && (isNew || brings.has(message.code))) fails(job, error)
    throw error
  } finally {
    // Whoever sends may be waiting still: it is not waited for.
    document.return().catch(() => {})
  }

  function settle(answer: IppMessage, of: Job): void {
    if (answer.code < FIRST_FAILURE) {
      jobs.heard(of, answer)
      if (of.state === 'sending' && message.code !== operation.createJob) jobs.settle(of, 'waiting')
    } else if (isNew) jobs.settle(of, 'failed', refused(answer))
  }

  /** A part of a document is no document: the printer may have begun, and is told to stop. */
  function fails(of: Job, error: unknown): void {
    const fault = faultOf(error)
    const state = of.stop.signal.aborted ? 'cancelled' : 'failed'
    if (of.number !== undefined) void jobs.cancel(of, fault).catch(() => {})
    jobs.settle(of, state, fault)
  }

  async function* counted(stalled: AbortController): AsyncGenerator<Uint8Array, void> {
    let bytes = job === undefined ? 0 : job.bytes
    const late = fail('gone', 'neighbours/print-stalled', 'What was to be printed did not come in time')
    for (;;) {
      const timer = clock.after(STALLED_MS, () => stalled.abort(late))
      let next
      try {
        next = await document.next()
      } finally {
        timer[Symbol.dispose]()
      }
      if (next.done === true) return
      bytes += next.value.length
      if (bytes > longest) {
        throw fail('unavailable', 'neighbours/print-too-long', 'That is longer than may be printed there', {
          hint: 'Its owner sets how long a job may be: neighbours.longest_print.',
        })
      }
      if (job !== undefined) jobs.count(job, next.value.length)
      yield next.value
    }
  }
}

function refused(answer: IppMessage): ReturnType<typeof faultOf> {
  const said = attributeOf(answer, groupTag.operation, 'status-message')?.values[0]
  const why = said === undefined ? `0x${answer.code.toString(16)}` : shownName(textOf(said), 200)
  return fail('unavailable', 'neighbours/print-refused', `The printer refuses the job: ${why}`).fault
}

/** The same as what is thrown. @throws FaultError `unavailable` `neighbours/print-refused` */
export function needSuccess(answer: IppMessage): void {
  if (answer.code < FIRST_FAILURE) return
  const { kind, code, message } = refused(answer)
  throw fail(kind, code, message)
}
