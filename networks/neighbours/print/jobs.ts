import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { PrintJob } from '@kith/core/offer/printers.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { groupTag, integerOf, textOf, type IppAttribute, type IppMessage } from '../wire/ipp.ts'
import { aboutJob, jobIn } from '../wire/ipp-rewrite.ts'
import { beginning, FIRST_FAILURE, operation, VERSION } from '../wire/ipp-words.ts'
import { shownName } from '../wire/messages.ts'
import type { Ask } from './ask.ts'

/** Jobs that are remembered; those that have ended are forgotten first. */
const MOST_JOBS = 200
const TICK_MS = 1_000
/** How often a printer is asked how far a job is: soon at first, and then less and less often. */
const FIRST_POLL_MS = 2_000
const LONGEST_POLL_MS = 15_000
/** A printer that is not reached for so long prints nothing any more. */
const LOST_MS = 60 * 60_000

const ended: ReadonlySet<PrintJob['state']> = new Set(['done', 'cancelled', 'failed'])
/** RFC 8011 5.3.7. */
const states: Readonly<Record<number, PrintJob['state']>> = {
  3: 'waiting',
  4: 'waiting',
  5: 'printing',
  6: 'stopped',
  7: 'cancelled',
  8: 'failed',
  9: 'done',
}

/** Who prints on what, by which way. */
export interface Target {
  /** Id of the printer, and its name for people. */
  readonly id: string
  readonly name: string
  readonly way: PrintJob['way']
  readonly device: string | undefined
  /** What names the printer in a request. */
  readonly uri: string
  readonly ask: Ask
}

/** A job under way, or one that was. */
export class Job {
  readonly id: string
  readonly target: Target
  readonly name: string
  readonly user: string
  readonly at: number
  /** Ends what is being sent. */
  readonly stop: AbortController = new AbortController()
  state: PrintJob['state'] = 'sending'
  bytes = 0
  /** At the printer; undefined until it has said so. */
  number: number | undefined
  /** At the printer, as it names it. */
  uri: string | undefined
  fault: Fault | undefined
  /** When the printer has answered last, and when it is asked next. */
  heardAt: number
  askAt = 0

  constructor(id: string, target: Target, name: string, user: string, at: number) {
    this.id = id
    this.target = target
    this.name = name
    this.user = user
    this.at = at
    this.heardAt = at
  }

  get isOver(): boolean {
    return ended.has(this.state)
  }
}

type World = Pick<Host, 'clock' | 'random' | 'log' | 'keep'>

/** What is printed from here and for others, and how far it is. What a printer still has is kept over restarts. */
export class Jobs implements Disposable {
  readonly all: WritableValue<readonly PrintJob[]> = value<readonly PrintJob[]>([])
  readonly #host: World
  readonly #jobs: Job[] = []
  readonly #ticking: Disposable
  #changed = false

  constructor(host: World) {
    this.#host = host
    this.#ticking = every(host.clock, TICK_MS, () => this.#tick())
  }

  begin(target: Target, name: string, user: string): Job {
    const { clock, random } = this.#host
    const job = new Job(random.bytes(4).toHex(), target, shownName(name), shownName(user), clock.now())
    if (this.#jobs.length >= MOST_JOBS) {
      const over = this.#jobs.findIndex(({ isOver }) => isOver)
      this.#jobs.splice(Math.max(0, over), 1)
    }
    this.#jobs.push(job)
    this.#tell()
    return job
  }

  /** Jobs of an earlier run that their printers may still have; `find` says by which way they are asked. */
  restore(find: (target: Omit<Target, 'ask'>) => Target | undefined): void {
    for (const kept of keptJobs(this.#host)) {
      const target = find(kept.target)
      if (target === undefined) continue
      const job = new Job(kept.id, target, kept.name, kept.user, kept.at)
      job.number = kept.number
      job.uri = kept.uri === '' ? undefined : kept.uri
      job.bytes = kept.bytes
      job.state = 'waiting'
      job.heardAt = this.#host.clock.now()
      this.#jobs.push(job)
    }
    this.#tell()
  }

  /** By its number at the printer, among those of one device. */
  at({ id, device, way }: Pick<Target, 'id' | 'device' | 'way'>, number: number | undefined): Job | undefined {
    if (number === undefined) return undefined
    return this.#jobs.findLast((job) => {
      const { target } = job
      return target.id === id && target.device === device && target.way === way && job.number === number
    })
  }

  get(id: string): Job | undefined {
    return this.#jobs.find((job) => job.id === id)
  }

  running(matches: (job: Job) => boolean): readonly Job[] {
    return this.#jobs.filter((job) => !job.isOver && matches(job))
  }

  count(job: Job, bytes: number): void {
    job.bytes += bytes
    this.#changed = true
  }

  /** What the printer says of a job, in any answer about it. */
  heard(job: Job, answer: IppMessage): void {
    const group = answer.groups.find(({ tag }) => tag === groupTag.job)
    if (group === undefined) return
    job.number ??= jobIn(group)
    const uri = group.attributes.find(({ name }) => name === 'job-uri')?.values[0]
    if (uri !== undefined) job.uri ??= textOf(uri)
    const said = group.attributes.find(({ name }) => name === 'job-state')?.values[0]
    const state = said === undefined ? undefined : states[integerOf(said) ?? 0]
    job.heardAt = this.#host.clock.now()
    if (state !== undefined) this.settle(job, state, state === 'failed' ? failure(group.attributes) : undefined)
  }

  settle(job: Job, state: PrintJob['state'], fault?: Fault): void {
    if (job.isOver) return
    job.state = state
    job.fault = fault
    this.#tell()
  }

  /** Ends a job, wherever it is. @throws FaultError `gone`, `unavailable` */
  async cancel(job: Job, reason: Fault): Promise<void> {
    if (job.isOver) return
    const error = fail(reason.kind, reason.code, reason.message)
    job.stop.abort(error)
    const { number, target } = job
    if (number === undefined) return this.settle(job, 'cancelled', reason)
    const answer = await target.ask(about(operation.cancelJob, job, number))
    if (answer.code >= FIRST_FAILURE) {
      await this.#look(job)
      if (!job.isOver) throw fail('unavailable', 'neighbours/print-refused', 'The printer does not cancel the job')
      return
    }
    this.settle(job, 'cancelled')
  }

  #tick(): void {
    const now = this.#host.clock.now()
    for (const job of this.#jobs) {
      if (job.isOver || job.number === undefined || job.askAt > now) continue
      job.askAt = now + Math.min(LONGEST_POLL_MS, Math.max(FIRST_POLL_MS, (now - job.at) / 10))
      this.#look(job).catch((error: unknown) => {
        this.#host.log.debug('a print job could not be looked at', { fault: faultOf(error) })
        if (now - job.heardAt > LOST_MS) this.settle(job, 'failed', faultOf(error))
      })
    }
    if (this.#changed) this.#tell()
  }

  async #look(job: Job): Promise<void> {
    const answer = await job.target.ask(about(operation.getJobAttributes, job, job.number!))
    if (answer.code < FIRST_FAILURE) return this.heard(job, answer)
    // Printers forget soon what they have printed.
    this.settle(job, 'done')
  }

  #tell(): void {
    this.#changed = false
    this.#store()
    this.all.set(
      this.#jobs.toReversed().map(({ id, name, user, target, state, bytes, at, fault }) => ({
        id,
        name,
        user,
        printer: target.name,
        way: target.way,
        device: target.device,
        state,
        bytes,
        at,
        ...(fault === undefined ? {} : { fault }),
      })),
    )
  }

  #store(): void {
    const jobs = this.#jobs.flatMap(({ id, target, name, user, at, number, uri, bytes, isOver }) => {
      if (isOver || number === undefined) return []
      const { way, device } = target
      return [
        {
          id: Uint8Array.fromHex(id),
          printer: target.id,
          called: target.name,
          at: target.uri,
          ours: way === 'from here' ? 1 : 0,
          device: device === undefined ? new Uint8Array() : idBytes(device),
          name,
          user,
          since: at,
          number,
          uri: uri ?? '',
          bytes,
        },
      ]
    })
    const kept = jobs.length === 0 ? undefined : encode({ jobs })
    const { keep } = this.#host
    if (keep.get('print-jobs')?.toHex() !== kept?.toHex()) keep.set('print-jobs', kept)
  }

  [Symbol.dispose](): void {
    this.#ticking[Symbol.dispose]()
    for (const job of this.#jobs) job.stop.abort(fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours'))
  }
}

function about(code: number, { target, user }: Job, number: number): IppMessage {
  const { tag, attributes } = beginning()
  return {
    version: VERSION,
    code,
    request: 1,
    groups: [{ tag, attributes: [...attributes, ...aboutJob(target.uri, number, user)] }],
  }
}

function failure(attributes: readonly IppAttribute[]): Fault {
  const said = (name: string): string | undefined => {
    const first = attributes.find((one) => one.name === name)?.values[0]
    return first === undefined ? undefined : shownName(textOf(first), 200)
  }
  const why = said('job-state-message') ?? said('job-state-reasons')
  const message = `The printer gave the job up${why === undefined ? '' : `: ${why}`}`
  return fail('unavailable', 'neighbours/print-failed', message).fault
}

interface KeptJob {
  readonly id: string
  readonly target: Omit<Target, 'ask'>
  readonly name: string
  readonly user: string
  readonly at: number
  readonly number: number
  readonly uri: string
  readonly bytes: number
}

function* keptJobs({ keep }: Pick<Host, 'keep'>): Generator<KeptJob> {
  const bytes = keep.get('print-jobs')
  const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 3 }))
  if (read?.ok !== true) return
  for (const dict of read.value.list('jobs')?.needDicts() ?? []) {
    const text = (key: string): string => lossyText(dict.needBytes(key))
    const device = dict.needBytes('device')
    yield {
      id: dict.needBytes('id').toHex(),
      target: {
        id: text('printer'),
        name: text('called'),
        uri: text('at'),
        way: dict.needInteger('ours') === 1 ? 'from here' : 'for others',
        device: device.length === 0 ? undefined : deviceId(device),
      },
      name: text('name'),
      user: text('user'),
      at: dict.needInteger('since'),
      number: dict.needInteger('number'),
      uri: text('uri'),
      bytes: dict.needInteger('bytes'),
    }
  }
}
