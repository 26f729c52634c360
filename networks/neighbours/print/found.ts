import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Found } from '@kith/core/network/discovery.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { OwnPrinter } from '@kith/core/offer/printers.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { sha256 } from '@kith/wire/hash/sha.ts'
import { groupTag, textOf, type IppGroup } from '../wire/ipp.ts'
import { FIRST_FAILURE } from '../wire/ipp-words.ts'
import {
  hostsIn,
  MOST_PRINTERS,
  PRINTER_ID_BYTES,
  printerFacts,
  printerIn,
  type ToldPrinter,
} from '../wire/printers.ts'
import { askPrinter, getPrinter, getQueues, printerAddress, type PrinterAddress } from './ask.ts'

/** How often printers are asked how they are, and how often while somebody prints. */
const LOOK_MS = 60_000
const BUSY_LOOK_MS = 5_000
/** A printer that does not say in this time how it is counts as away. */
const PROBE_MS = 5_000
/** On this machine, and no other program's queue. */
const HERE = '127.0.0.1'

/** A printer that we could lend. */
export interface FoundPrinter extends ToldPrinter {
  readonly from: OwnPrinter['from']
  readonly address: PrinterAddress
  /** What it calls its own host. */
  readonly hosts: readonly string[]
}

export interface FoundOptions {
  /** Where the print system of this machine answers, such as `http://localhost:631`; empty for none. */
  readonly system: string
  readonly browse: boolean
  /** Whether this is the address of a printer that we borrow: it is not ours to lend. */
  isBorrowed(uri: string): boolean
  /** Whether anybody prints. */
  isBusy(): boolean
  changed(): void
}

/** The printers of this machine: those of its print system, those that announce themselves around it, and those that were added. */
export class FoundPrinters implements AsyncDisposable {
  readonly #host: Host
  readonly #options: FoundOptions
  readonly #announced = new Map<string, Found>()
  readonly #added: Set<string>
  readonly #resources = new AsyncDisposableStack()
  #printers = new Map<string, FoundPrinter>()
  #looking: Promise<void> | undefined
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(host: Host, options: FoundOptions) {
    this.#host = host
    this.#options = options
    this.#added = new Set(keptAddresses(host))
  }

  async start(): Promise<void> {
    const { clock, discovery } = this.#host
    if (this.#options.browse) {
      this.#resources.use(
        await discovery.browse('ipp', (found, change) => {
          if (change === 'gone') this.#announced.delete(found.name)
          else if (this.#announced.size < MOST_PRINTERS) this.#announced.set(found.name, found)
          this.#lookedAt = Number.NEGATIVE_INFINITY
        }),
      )
    }
    const tick = (): void => {
      const pause = this.#options.isBusy() ? BUSY_LOOK_MS : LOOK_MS
      if (clock.now() - this.#lookedAt >= pause) void this.look()
    }
    this.#resources.use(every(clock, BUSY_LOOK_MS, tick))
    void this.look()
  }

  get all(): readonly FoundPrinter[] {
    return [...this.#printers.values()]
  }

  get(id: string): FoundPrinter | undefined {
    return this.#printers.get(id)
  }

  /** Asks all of them now. */
  look(): Promise<void> {
    this.#lookedAt = this.#host.clock.now()
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#host.log.warn('printers could not be looked for', { fault: faultOf(error) }))
      .finally(() => (this.#looking = undefined))
    return this.#looking
  }

  /** @throws FaultError `input`, `gone`, `unavailable`, `peer` */
  async add(text: string): Promise<FoundPrinter> {
    const address = printerAddress(text)
    if (address === undefined || this.#options.isBorrowed(address.uri)) {
      throw fail('input', 'neighbours/printer-address', 'That is not the address of a printer of ours', {
        hint: 'For example ipp://192.168.1.7/ipp/print',
      })
    }
    const printer = await this.#probe('address', address.uri, address)
    this.#added.add(address.uri)
    this.#store()
    this.#printers.set(printer.id, printer)
    this.#options.changed()
    return printer
  }

  /** @throws FaultError `input` */
  remove(id: string): void {
    const printer = this.#printers.get(id)
    if (printer?.from !== 'address') {
      throw fail('input', 'neighbours/printer-found', 'Only printers that were added by their address can be removed')
    }
    this.#added.delete(printer.address.uri)
    this.#printers.delete(id)
    this.#store()
    this.#options.changed()
  }

  async #look(): Promise<void> {
    const [system, added, announced] = await Promise.all([
      this.#queues(),
      Promise.all([...this.#added].map((uri) => this.#known('address', uri, printerAddress(uri)!))),
      Promise.all([...this.#announced.values()].map((one) => this.#heard(one))),
    ])
    const all = new Map<string, FoundPrinter>()
    const uuids = new Set<string>()
    for (const one of [...system, ...added, ...announced]) {
      // The same printer, in the print system and announced by itself, is one.
      if (one === undefined || all.size >= MOST_PRINTERS || uuids.has(one.uuid)) continue
      if (one.uuid !== '') uuids.add(one.uuid)
      all.set(one.id, one)
    }
    for (const [id, one] of this.#printers)
      if (one.from === 'system' && !all.has(id)) all.set(id, { ...one, state: 'away' })
    this.#printers = all
    this.#options.changed()
  }

  /** The queues of CUPS. */
  async #queues(): Promise<readonly FoundPrinter[]> {
    const { system } = this.#options
    const at = system === '' ? undefined : printerAddress(system)
    if (at === undefined) return []
    let groups: readonly IppGroup[]
    try {
      const answer = await askPrinter(this.#host.http, at, getQueues(), { timeoutMs: PROBE_MS })
      groups = answer.groups
    } catch (error) {
      this.#host.log.debug('no print system answers', { fault: faultOf(error) })
      return []
    }
    const found: FoundPrinter[] = []
    const present = new Set<string>()
    for (const { tag, attributes } of groups) {
      const text = (name: string): string => {
        const first = attributes.find((one) => one.name === name)?.values[0]
        return first === undefined ? '' : textOf(first)
      }
      const queue = text('printer-name')
      if (tag !== groupTag.printer || queue === '' || this.#options.isBorrowed(text('device-uri'))) continue
      const address = printerAddress(`${system.replace(/\/$/, '')}/printers/${encodeURIComponent(queue)}`)
      if (address === undefined) continue
      const id = idOf('system', queue)
      present.add(id)
      const own = /uuid=([0-9a-f-]{36})/i.exec(text('device-uri'))?.[1]
      const facts = printerFacts(attributes)
      found.push({
        ...facts,
        ...(own === undefined ? {} : { uuid: `urn:uuid:${own.toLowerCase()}` }),
        id,
        from: 'system',
        address,
        hosts: hostsIn({ version: 0, code: 0, request: 0, groups: [{ tag, attributes }] }),
      })
    }
    // The system has answered: what it does not name is not there any more.
    for (const [id, one] of this.#printers) if (one.from === 'system' && !present.has(id)) this.#printers.delete(id)
    return found
  }

  async #heard({ name, facts, addresses, port }: Found): Promise<FoundPrinter | undefined> {
    // Without one, the path of IPP Everywhere.
    const path = facts['rp'] ?? ''
    const { net } = this.#host
    // One of this machine may listen for its own programs only.
    const hosts = [...(addresses.some((host) => net.isOwn(host)) ? [HERE] : []), ...addresses].slice(0, 4)
    for (const host of hosts) {
      const address = printerAddress(`ipp://${host.includes(':') ? `[${host}]` : host}:${port}/${path}`)
      if (address === undefined || this.#options.isBorrowed(address.uri)) continue
      try {
        return await this.#probe('network', facts['UUID'] ?? name, address)
      } catch (error) {
        this.#host.log.debug('a printer does not answer', { name, fault: faultOf(error) })
      }
    }
    const known = this.#printers.get(idOf('network', facts['UUID'] ?? name))
    return known === undefined ? undefined : { ...known, state: 'away' }
  }

  /** One that stays though it does not answer. */
  async #known(from: OwnPrinter['from'], key: string, address: PrinterAddress): Promise<FoundPrinter> {
    try {
      return await this.#probe(from, key, address)
    } catch (error) {
      this.#host.log.debug('a printer does not answer', { uri: address.uri, fault: faultOf(error) })
      const id = idOf(from, key)
      const known = this.#printers.get(id)
      if (known !== undefined) return { ...known, state: 'away' }
      const facts = { ...printerFacts([]), name: address.uri, state: 'away' as const }
      return { ...facts, id, from, address, hosts: [] }
    }
  }

  async #probe(from: OwnPrinter['from'], key: string, address: PrinterAddress): Promise<FoundPrinter> {
    const answer = await askPrinter(this.#host.http, address, getPrinter(address), { timeoutMs: PROBE_MS })
    if (answer.code >= FIRST_FAILURE) {
      throw fail('unavailable', 'neighbours/printer-refuses', `The printer refuses (0x${answer.code.toString(16)})`)
    }
    return { ...printerIn(answer), id: idOf(from, key), from, address, hosts: hostsIn(answer) }
  }

  #store(): void {
    this.#host.keep.set('printers', this.#added.size === 0 ? undefined : encode({ added: [...this.#added] }))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources[Symbol.asyncDispose]()
  }
}

/** The same as long as the printer is found in the same way. */
function idOf(from: OwnPrinter['from'], key: string): string {
  return sha256(utf8(`${from}:${key}`))
    .subarray(0, PRINTER_ID_BYTES)
    .toHex()
}

function keptAddresses({ keep }: Pick<Host, 'keep'>): readonly string[] {
  const bytes = keep.get('printers')
  const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 2 }))
  if (read?.ok !== true) return []
  const all = [...(read.value.list('added')?.needBytes() ?? [])].map(lossyText)
  return all.filter((uri) => printerAddress(uri) !== undefined)
}
