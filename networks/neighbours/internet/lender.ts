import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import type { InternetLoan, InternetTerms } from '@kith/core/offer/internet.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { encodeTerms, MOST_PLACES, placeInPath } from '../wire/internet.ts'
import type { Gate } from '../segment/owned.ts'
import { keepLoans, keptLoans } from './kept.ts'
import { lendDatagrams } from './lend-datagrams.ts'
import { Loan } from './loan.ts'
import { type GivenNetworks, lendWhole } from './whole.ts'
import { isByName, isRule, type LenderMachine, mayReach, type Place } from './places.ts'
import { Translators } from './translators.ts'

const CONNECT_MS = 15_000
const TICK_MS = 1_000
/** How often what was used is written down: what a crash forgets is used twice. */
const STORE_MS = 15_000
/** Connections of one borrower; a browser has some dozens. */
const MOST_OPEN = 512
/** Devices that ask; more than anybody has. */
const MOST_ASKS = 64

/** Lends our connection to those who have a grant. Grants, and what was used of them, are kept over restarts. */
export class Lender implements AsyncDisposable {
  readonly lending: WritableValue<boolean>
  readonly loans: WritableValue<readonly InternetLoan[]> = value<readonly InternetLoan[]>([])
  readonly asks: WritableValue<readonly string[]> = value<readonly string[]>([])
  readonly #host: Host
  readonly #self: string
  readonly #networks: GivenNetworks = new Map()
  readonly #loans = new Map<string, Loan>()
  readonly #ticking: Disposable
  readonly #translators: Translators
  readonly #machine: LenderMachine
  #storedAt = 0
  #dirty = false

  constructor(host: Host, self: string) {
    this.#host = host
    this.#self = self
    this.#translators = new Translators(host)
    this.#machine = {
      isOwn: (one) => host.net.isOwn(one),
      attached: () => host.net.attached(),
      translators: () => this.#translators.known,
    }
    const { lending, loans } = keptLoans(host.keep)
    this.lending = value(lending)
    for (const kept of loans) this.#loans.set(kept.device, new Loan(kept.device, kept, this.#budget(kept.device)))
    this.#ticking = every(host.clock, TICK_MS, () => this.#tick())
    this.#tell()
  }

  lend(on: boolean): void {
    if (on === this.lending.current) return
    this.lending.set(on)
    if (!on) for (const loan of this.#loans.values()) loan.end()
    this.#store()
  }

  grant(device: string, terms: InternetTerms): InternetLoan {
    checkTerms(terms)
    const known = this.#loans.get(device)
    if (known === undefined) {
      const fresh = { terms, since: this.#host.clock.now() }
      this.#loans.set(device, new Loan(device, fresh, this.#budget(device)))
    } else {
      known.terms = terms
      known.limit()
      // What is open may go where it may not any more.
      known.end()
    }
    this.#unask(device)
    this.#store()
    return this.#loans.get(device)!.shown(this.#host.clock.now())
  }

  takeBack(device: string): void {
    const loan = this.#loans.get(device)
    if (loan === undefined) throw fail('input', 'neighbours/no-loan', 'That device has no grant')
    this.#loans.delete(device)
    loan.end()
    this.#store()
  }

  /** Forgets grants of devices that are not known any more. */
  keepOnly(known: (device: string) => boolean): void {
    for (const device of this.#loans.keys()) if (!known(device)) this.takeBack(device)
    if (!this.asks.current.every(known)) this.asks.set(this.asks.current.filter(known))
  }

  refuse(device: string): void {
    if (!this.asks.current.includes(device)) throw fail('input', 'neighbours/no-ask', 'That device did not ask')
    this.#unask(device)
  }

  /** The loan of a device that may use it now. */
  loanOf(device: string): Loan | undefined {
    const loan = this.lending.current ? this.#loans.get(device) : undefined
    return loan?.state(this.#host.clock.now()) === 'open' ? loan : undefined
  }

  /** Undefined for a question about something else. */
  async answer(device: string, question: PeerQuestion): Promise<OurAnswer | undefined> {
    const [, room, door, place] = question.target.split('/')
    if (room !== 'internet') return undefined
    if (question.method === 'POST' && door === 'ask') return this.#asked(device)
    const loan = this.loanOf(device)
    if (loan === undefined) return { status: 404 }
    if (question.method === 'GET' && door === undefined) return { status: 200, body: encodeTerms(loan.terms) }
    if (question.method !== 'POST') return { status: 404 }
    if (loan.open.size + loan.opening >= MOST_OPEN) return { status: 429 }
    if (door === 'datagrams') return this.#lendDatagrams(loan)
    if (door === 'whole') return loan.terms.whole ? this.#lendWhole(loan) : { status: 404 }
    const to = door === 'tcp' ? placeInPath(place ?? '') : undefined
    return to === undefined ? { status: 404 } : this.#lendConnection(loan, to, question.signal)
  }

  /** Addresses of a place that a loan lets through: what is dialled is what was looked at. */
  async #addresses(loan: Loan, to: Place, signal?: AbortSignal): Promise<readonly string[]> {
    const all = await this.#host.names.resolve(to.host, signal)
    // Only those of IPv6 may lead to one of IPv4 in a way that has to be asked for.
    if (all.some((address) => address.includes(':'))) await this.#translators.ready(signal)
    return all.filter((address) => mayReach(loan.terms, this.#machine, to, address))
  }

  async #lendConnection(loan: Loan, to: Place, signal: AbortSignal): Promise<OurAnswer> {
    loan.opening++
    try {
      return await this.#connect(loan, to, signal)
    } finally {
      loan.opening--
    }
  }

  async #connect(loan: Loan, to: Place, signal: AbortSignal): Promise<OurAnswer> {
    const { terms } = loan
    let addresses: readonly string[]
    try {
      addresses = await this.#addresses(loan, to, signal)
    } catch {
      return { status: 502 }
    }
    if (addresses.length === 0) return { status: 403 }
    let status = 503
    for (const host of addresses) {
      try {
        const at = { host, port: to.port }
        const outside = await this.#host.net.connect(at, { timeoutMs: CONNECT_MS, budget: loan.budget, signal })
        // It may have been taken back meanwhile, or be lent on other terms; or nobody waits for it any more.
        if (!signal.aborted && this.#isLent(loan, terms)) {
          return {
            status: 200,
            tunnel: (inside) => {
              if (this.#isLent(loan, terms)) return this.#join(loan, inside, outside)
              outside.close()
              inside.close(withdrawn())
            },
          }
        }
        outside.close()
        return { status: 404 }
      } catch (error) {
        if (signal.aborted) break
        status = faultOf(error).code === 'net/timeout' ? 504 : 503
      }
    }
    return { status }
  }

  #isLent(loan: Loan, terms: InternetTerms): boolean {
    return this.loanOf(loan.device) === loan && loan.terms === terms
  }

  #join(loan: Loan, inside: Connection, outside: Connection): void {
    const open = opened(inside)
    loan.open.add(open)
    this.#dirty = true
    splice(
      this.#host.clock,
      inside,
      outside,
      () => loan.open.delete(open),
      (bytes, from) => this.#count(loan, from === outside ? 'down' : 'up', bytes),
    )
  }

  #count(loan: Loan, direction: 'down' | 'up', bytes: number): void {
    if (loan.count(direction, bytes, this.#host.clock.now())) this.#store()
  }

  #lendDatagrams(loan: Loan): OurAnswer {
    return {
      status: 200,
      tunnel: (connection) => {
        if (this.loanOf(loan.device) !== loan) return connection.close(withdrawn())
        const open = opened(connection)
        loan.open.add(open)
        lendDatagrams(
          this.#host,
          connection,
          {
            addresses: (to) => this.#addresses(loan, to),
            passed: (direction, bytes) => this.#passed(loan, direction, bytes),
          },
          () => loan.open.delete(open),
        ).catch((error: unknown) => {
          loan.open.delete(open)
          this.#host.log.warn('datagrams could not be lent', { fault: faultOf(error) })
        })
      },
    }
  }

  /** Datagrams and frames do not wait: beyond the limit they are lost, as on any line. */
  #passed(loan: Loan, direction: 'down' | 'up', bytes: number): boolean {
    const now = this.#host.clock.now()
    if (loan.state(now) === 'over' || loan.budget.available(direction, bytes, now) < bytes) return false
    loan.budget.spend(direction, bytes, now)
    this.#count(loan, direction, bytes)
    return true
  }

  #lendWhole(loan: Loan): OurAnswer {
    const { device, terms } = loan
    // Until it is known what translates nothing goes out over IPv6.
    void this.#translators.ready()
    const gate: Gate = (_device, bytes, way) => {
      if (!loan.terms.whole) return false
      if (way !== 'down' && !mayReach(loan.terms, this.#machine, way.to, way.to.host)) return false
      return this.#passed(loan, way === 'down' ? 'down' : 'up', bytes)
    }
    return {
      status: 200,
      tunnel: (connection) => {
        if (!this.#isLent(loan, terms)) return connection.close(withdrawn())
        const open = opened(connection)
        loan.open.add(open)
        const ended = (): void => void loan.open.delete(open)
        lendWhole(this.#host, this.#self, this.#networks, { device, connection, gate }, ended).catch(
          (error: unknown) => {
            ended()
            connection.close(faultOf(error))
            this.#host.log.warn('the connection could not be lent whole', { fault: faultOf(error) })
          },
        )
      },
    }
  }

  #asked(device: string): OurAnswer {
    const known = this.asks.current
    if (this.loanOf(device) !== undefined || known.includes(device)) return { status: 202 }
    if (known.length >= MOST_ASKS) return { status: 429 }
    this.asks.set([...known, device])
    this.#host.journal.tell('internet/asked', device)
    return { status: 202 }
  }

  #unask(device: string): void {
    this.asks.set(this.asks.current.filter((one) => one !== device))
  }

  #budget(device: string): Loan['budget'] {
    return this.#host.budget.child(`internet for ${device.slice(0, 8)}`)
  }

  #tick(): void {
    const now = this.#host.clock.now()
    for (const loan of this.#loans.values()) {
      if (loan.open.size === 0) continue
      this.#translators.look()
      this.#dirty = true
      if (loan.state(now) === 'over') loan.end()
    }
    this.#tell()
    if (this.#dirty && now - this.#storedAt >= STORE_MS) this.#store()
  }

  #store(): void {
    this.#storedAt = this.#host.clock.now()
    this.#dirty = false
    keepLoans(this.#host.keep, this.lending.current, [...this.#loans.values()])
    this.#tell()
  }

  #tell(): void {
    const now = this.#host.clock.now()
    this.loans.set([...this.#loans.values()].map((loan) => loan.shown(now)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ticking[Symbol.dispose]()
    this.#translators[Symbol.dispose]()
    this.#store()
    for (const loan of this.#loans.values()) loan.end()
  }
}

function opened(connection: Connection): Disposable {
  return { [Symbol.dispose]: () => connection.close(withdrawn()) }
}

function withdrawn(): Fault {
  return fail('gone', 'neighbours/withdrawn', 'That is not lent any more').fault
}

/** @throws FaultError `input` `neighbours/terms` */
function checkTerms({ allowed, refused, until, volume, down, up, whole }: InternetTerms): void {
  const numbers = [until, volume, down, up].filter((number) => number !== undefined)
  const places = [...allowed, ...refused]
  const wrong = places.find((place) => !isRule(place))
  if (wrong !== undefined) {
    throw fail('input', 'neighbours/terms', `“${wrong.slice(0, 80)}” is no place that can be allowed or refused`, {
      hint: 'A name, an address or a network, perhaps with a port: example.org, 192.0.2.0/24, *:25',
    })
  }
  if (whole && places.some(isByName)) {
    throw fail('input', 'neighbours/terms', 'For a whole machine places are known by their addresses only', {
      hint: 'Name addresses or networks, or grant the proxy alone',
    })
  }
  const right = numbers.every((number) => Number.isSafeInteger(number) && number >= 0)
  if (right && allowed.length <= MOST_PLACES && refused.length <= MOST_PLACES && down !== 0 && up !== 0) return
  throw fail('input', 'neighbours/terms', 'Terms are whole numbers, and not too many places')
}
