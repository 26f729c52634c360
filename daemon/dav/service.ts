import type { Fault } from '@kith/core/fault/fault.ts'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Http, HttpListener } from '@kith/core/network/http.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Value } from '@kith/core/value/value.ts'
import type { DavSettings } from '../config/settings.ts'
import type { SharedFolder } from '../library/folder.ts'
import { isLoopback } from '../api/guard.ts'
import { Locks } from './locks.ts'
import { DeadProperties } from './properties.ts'
import { answerDav } from './server.ts'
import { DavUsers } from './users.ts'

export interface DavServiceWorld {
  readonly clock: Clock
  readonly log: Log
  readonly http: Http
  readonly keep: Keep
  folders(): readonly SharedFolder[]
  readonly settings: Value<DavSettings>
}

/** Listens for file managers, when the owner wants it. */
export class DavService implements AsyncDisposable {
  readonly users: DavUsers
  readonly #world: DavServiceWorld
  readonly #locks: Locks
  readonly #properties: DeadProperties
  #listener: HttpListener | undefined
  #fault: Fault | undefined
  readonly #following: Disposable
  #turning: Promise<void> = Promise.resolve()

  constructor(world: DavServiceWorld) {
    this.#world = world
    const now = (): number => world.clock.now()
    this.users = new DavUsers(world.keep, now)
    this.#locks = new Locks(now, world.keep)
    this.#properties = new DeadProperties(world.keep)
    this.#following = world.settings.watch(() => void this.turn())
  }

  /** Whether it is wanted. */
  get on(): boolean {
    return this.#world.settings.current.on
  }

  /** Why it does not listen although it is wanted. */
  get fault(): Fault | undefined {
    return this.#fault
  }

  /** Where it listens; undefined while it does not. */
  get url(): string | undefined {
    const listener = this.#listener
    if (listener === undefined) return undefined
    const { host, port } = listener.local
    const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host
    return `${this.#isSecure() ? 'https' : 'http'}://${name}:${port}/`
  }

  /** Opens, closes or moves, by the settings; one after another. */
  turn(): Promise<void> {
    this.#turning = this.#turning.then(() => this.#open())
    return this.#turning
  }

  /** Resolves when it goes by the newest settings. */
  settled(): Promise<void> {
    return this.#turning
  }

  /** A user is no more, and what they have locked is free. */
  removeUser(name: string): void {
    this.users.remove(name)
    this.#locks.forget(name)
  }

  /** A shared folder is no more. */
  forget(folder: number): void {
    this.users.forget(folder)
    this.#locks.gone(String(folder))
    this.#properties.gone(String(folder))
  }

  /** A password never goes through a network in the open, unless the owner says that it may. */
  #isSecure(): boolean {
    const { encryption, listen } = this.#world.settings.current
    return encryption === 'always' || (encryption === 'beyond-this-machine' && !isLoopback(listen))
  }

  async #open(): Promise<void> {
    await this.#close()
    const { http, log, folders } = this.#world
    const { on, listen, port } = this.#world.settings.current
    this.#fault = undefined
    if (!on) return
    const world = { users: this.users, locks: this.#locks, properties: this.#properties, log, folders }
    try {
      this.#listener = await http.listen({ port, host: listen, bodies: true, tls: this.#isSecure() }, (question) =>
        answerDav(world, question),
      )
      log.info('file managers reach the shared folders', { url: this.url })
    } catch (error) {
      this.#fault = faultOf(error, 'listen for file managers')
      log.error('file managers cannot reach the shared folders', { fault: this.#fault })
    }
  }

  async #close(): Promise<void> {
    const listener = this.#listener
    this.#listener = undefined
    await listener?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#following[Symbol.dispose]()
    await this.#turning
    await this.#close()
  }
}
