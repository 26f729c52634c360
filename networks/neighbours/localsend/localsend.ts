import { fail, faultOf, type Fault } from '@kith/core/fault/fault.ts'
import type { Deliveries, Delivery, SentFile } from '@kith/core/network/deliveries.ts'
import type { Device } from '@kith/core/network/devices.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { deviceId } from '../wire/device-id.ts'
import { answerLocalSend } from './answer.ts'
import { LocalSendDiscovery } from './discovery.ts'
import { PinGuesses } from './guesses.ts'
import type { Info } from './messages.ts'
import { Offers } from './offers.ts'
import { Outgoing } from './outgoing.ts'
import { idOf, SeenDevices } from './seen.ts'
import { type Session, Sessions } from './sessions.ts'

/** Deliveries that are over and still shown, of either way. */
const MOST_KEPT = 100
/** Under way to others at once. */
const MOST_OUTGOING = 50
const TOKEN_BYTES = 16

/** Speaks LocalSend with those that have it: found, asked, sent to, and heard. */
export class OwnLocalSend implements Deliveries, AsyncDisposable {
  readonly all: WritableValue<readonly Delivery[]> = value<readonly Delivery[]>([])
  readonly devices: WritableValue<readonly Device[]> = value<readonly Device[]>([])
  readonly #host: Host
  readonly #isKnown: (id: string) => boolean
  readonly #sessions: Sessions
  readonly #guesses = new PinGuesses()
  readonly #offers: Offers
  readonly #pin: string
  readonly #seen = new SeenDevices()
  readonly #outgoing = new Map<string, Outgoing>()
  readonly #discovery: LocalSendDiscovery
  readonly #resources = new AsyncDisposableStack()
  #port = 0
  #moved = false

  /**
   * @param isKnown whether a device of that id is known otherwise
   * @param pin what senders are asked for; empty for nothing
   */
  constructor(host: Host, isKnown: (id: string) => boolean, pin: string) {
    this.#host = host
    this.#isKnown = isKnown
    const draw = (): string => host.random.bytes(TOKEN_BYTES).toHex()
    this.#pin = pin
    this.#sessions = new Sessions(draw)
    this.#offers = new Offers(draw, this.#guesses)
    this.#discovery = this.#resources.use(
      new LocalSendDiscovery(
        host,
        () => this.own,
        (from, info) => this.heard(from, info),
      ),
    )
  }

  get own(): Info {
    const { self, http } = this.#host
    const fingerprint = deviceId(http.fingerprint)
    const info: Info = { alias: self.device, model: self.program, fingerprint, port: this.#port, protocol: 'https' }
    return this.#offers.any ? { ...info, download: true } : info
  }

  /** Listens and is seen. A port that is taken is a fault that is given, not thrown: all else goes on without this. */
  async start(port: number): Promise<Fault | undefined> {
    const { http, log } = this.#host
    try {
      const listener = await http.listen({ port, tls: true, bodies: true }, (question) =>
        answerLocalSend(
          {
            host: this.#host,
            own: this.own,
            sessions: this.#sessions,
            offers: this.#offers,
            guesses: this.#guesses,
            pin: this.#pin,
            all: this.all,
            desk: this,
          },
          question,
        ),
      )
      this.#resources.use(listener)
      await this.#discovery.start(port)
      this.#port = listener.local.port
      return undefined
    } catch (error) {
      const { message } = faultOf(error)
      const told = fail('local', 'neighbours/localsend-port', `LocalSend is not spoken: ${message}`, {
        hint: 'End the other program that uses the port, or change neighbours.localsend_port.',
        cause: error,
      }).fault
      log.warn(told.message, { port })
      return told
    }
  }

  /** Whether it is spoken now. */
  get isOn(): boolean {
    return this.#port !== 0
  }

  /** A device said who it is. */
  heard(from: string, info: Info): void {
    // Those that are Kith are found as such, and can do more.
    if (info.model === this.#host.self.program || info.port === 0) return
    this.#seen.heard(from, info, this.#host.clock.now())
    this.#showDevices()
  }

  /** Looks who is at an address, for what no announcement reaches. @throws FaultError `gone`, `peer` */
  async meet({ host, port }: Endpoint): Promise<Device> {
    const ask = (protocol: Info['protocol']): Promise<Info> =>
      this.#discovery.register(host, { port, protocol, fingerprint: '' })
    const info = await ask('https').catch(() => ask('http'))
    const device = this.devices.current.find(({ id }) => id === idOf(info))
    if (device === undefined) throw fail('input', 'neighbours/paired', 'That device is known by itself')
    return device
  }

  isDevice(id: string): boolean {
    return this.devices.current.some((one) => one.id === id)
  }

  send(device: string, files: readonly SentFile[], pin: string | undefined): Delivery {
    const to = this.#seen.get(device)
    if (to === undefined) throw fail('input', 'neighbours/unknown', 'There is no such device')
    if ([...this.#outgoing.values()].filter(({ isOver }) => !isOver).length >= MOST_OUTGOING) {
      throw fail('input', 'neighbours/deliveries', 'Too much is on its way already')
    }
    const outgoing = new Outgoing(this.#host, this.#host.random.bytes(8).toHex(), to, files)
    this.#outgoing.set(outgoing.id, outgoing)
    void outgoing.run(this.own, pin, () => this.changed())
    this.changed()
    return outgoing.view
  }

  offer(files: readonly SentFile[], pin: string): Disposable {
    if (!this.isOn) {
      throw fail('unavailable', 'neighbours/localsend-off', 'LocalSend is not spoken now', {
        hint: 'Look at neighbours.localsend, and whether its port is free: kith net ls',
      })
    }
    return this.#offers.add(files, pin)
  }

  answer(id: string, yes: boolean): void {
    if (!this.#sessions.answer(id, yes, this.#host.clock.now())) throw none()
    this.changed()
  }

  cancel(id: string): void {
    const outgoing = this.#outgoing.get(id)
    if (outgoing !== undefined) outgoing.cancel()
    else if (!this.#sessions.cancel(id)) throw none()
    this.changed()
  }

  tick(): void {
    const now = this.#host.clock.now()
    if (this.#seen.tick(now)) this.#showDevices()
    const moves = [...this.#outgoing.values()].some(({ isOver }) => !isOver)
    if (this.#sessions.tick(now) || this.#moved || moves) this.changed()
  }

  /** Bytes came: shown at the next tick. */
  moved(): void {
    this.#moved = true
  }

  /** Shows what is so now. */
  changed(): void {
    this.#moved = false
    this.#sessions.keep(MOST_KEPT)
    const over = [...this.#outgoing.values()].filter(({ isOver }) => isOver)
    for (const { id } of over.slice(0, Math.max(0, over.length - MOST_KEPT))) this.#outgoing.delete(id)
    const all = [...[...this.#sessions.all].map(viewOf), ...[...this.#outgoing.values()].map(({ view }) => view)]
    this.all.set(all.toSorted((a, b) => a.at - b.at))
  }

  #showDevices(): void {
    this.devices.set(this.#seen.devices(this.#isKnown))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const outgoing of this.#outgoing.values()) outgoing.cancel()
    await this.#resources[Symbol.asyncDispose]()
  }
}

function viewOf({ id, request, files, at, state, paths, fault }: Session): Delivery {
  const all = [...files.values()]
  return {
    id,
    way: 'in',
    device: idOf(request.info),
    name: request.info.alias,
    what: all[0]!.name,
    files: all.length,
    size: all.reduce((sum, { size }) => sum + size, 0),
    done: all.reduce((sum, { received }) => sum + received, 0),
    state,
    paths: [...paths],
    at,
    ...(fault === undefined ? {} : { fault }),
  }
}

function none(): Error {
  return fail('input', 'neighbours/no-delivery', 'There is nothing of that kind to answer or to end')
}
