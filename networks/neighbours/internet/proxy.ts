import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Machine } from '@kith/core/network/machine.ts'
import type { Connection, Endpoint, Listener } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import type { Lines } from '../lines.ts'
import { HttpProxyTalk } from '../talk/http-proxy.ts'
import type { ProxyAnswers, ProxyEvent, Refusal } from '../talk/proxy.ts'
import { SocksTalk } from '../talk/socks.ts'
import { placePath } from '../wire/internet.ts'
import { Associations } from './associations.ts'

const HERE = '127.0.0.1'
/** Where programs expect SOCKS; another where it is taken, unless it was named. */
const USUAL_PORT = 1080
const SOCKS_VERSION = 5
/** As long as the lender tries. */
const OPEN_MS = 30_000

export interface ProxyWorld {
  readonly host: Host
  readonly lines: Lines
  readonly device: string
  /** Something was refused, or could not be reached: the device is looked at anew. */
  doubted(): void
}

/**
 * A proxy on this machine, for programs of this machine, whose other end is with a neighbour: SOCKS 5 and HTTP at one
 * port, told apart by the first byte. Names go over as they are; whoever lends resolves them.
 */
export class Proxy implements AsyncDisposable {
  down = 0
  up = 0
  readonly #world: ProxyWorld
  readonly #open = new Set<Connection>()
  readonly #associations: Associations
  #listener: Listener | undefined

  constructor(world: ProxyWorld) {
    this.#world = world
    this.#associations = new Associations(world.host, world.lines, world.device, (direction, bytes) => {
      this[direction] += bytes
    })
  }

  get local(): Endpoint {
    return this.#listener!.local
  }

  get connections(): number {
    return this.#open.size
  }

  /** @throws FaultError `local` */
  async listen(wanted: number | undefined): Promise<void> {
    for (const port of wanted === undefined ? [USUAL_PORT, 0] : [wanted]) {
      try {
        this.#listener = await this.#world.host.net.listen({
          host: HERE,
          port,
          recognise: (head) => (head.length > 0 ? true : undefined),
          accept: (connection, head) => this.#accepted(connection, head[0] === SOCKS_VERSION),
        })
        return
      } catch (error) {
        if (port === 0 || wanted !== undefined) throw error
      }
    }
  }

  #accepted(connection: Connection, socks: boolean): void {
    const { host } = this.#world
    if (!host.net.isOwn(connection.remote.host)) return connection.close()
    const now = host.clock.now()
    const talk: Machine<ProxyEvent> & ProxyAnswers = socks ? new SocksTalk(now) : new HttpProxyTalk(now)
    this.#open.add(connection)
    const timer = host.clock.after(talk.deadline! - now, () => {
      talk.tick(host.clock.now())
      drain()
    })
    const drain = (): void => {
      for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
        if (output.kind === 'send') connection.send(output.bytes)
        else if (output.kind === 'close') connection.close(output.fault)
        else {
          timer[Symbol.dispose]()
          // What comes now is for the other end.
          connection.pause()
          void this.#asked(connection, talk, output.event).finally(drain)
        }
      }
    }
    connection.open({
      receive(bytes) {
        talk.receive(bytes, host.clock.now())
        drain()
      },
      ended: () => {
        timer[Symbol.dispose]()
        this.#open.delete(connection)
      },
    })
  }

  async #asked(connection: Connection, talk: Machine<ProxyEvent> & ProxyAnswers, event: ProxyEvent): Promise<void> {
    try {
      if (event.kind === 'associate') await this.#associate(connection, talk)
      else await this.#connect(connection, talk, event)
    } catch (error) {
      const why = refusalOf(error)
      this.#world.host.log.debug('a neighbour opens no connection', { fault: faultOf(error) })
      if (why === 'broken' || faultOf(error).cause === 404) this.#world.doubted()
      talk.refused(why)
    }
  }

  async #connect(
    connection: Connection,
    talk: ProxyAnswers & Machine<ProxyEvent>,
    { to, rest }: ProxyEvent & { readonly kind: 'connect' },
  ): Promise<void> {
    const gone = new AbortController()
    const leave = (): void => {
      gone.abort(fail('gone', 'neighbours/proxy-silent', 'The program has gone'))
      this.#open.delete(connection)
    }
    connection.open({ receive() {}, ended: leave })
    const tunnel = await this.#world.lines.tunnel(this.#world.device, `/internet/tcp/${placePath(to)}`, {
      timeoutMs: OPEN_MS,
      signal: gone.signal,
    })
    talk.connected()
    for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
      if (output.kind === 'send') connection.send(output.bytes)
    }
    if (rest.length > 0) {
      this.up += rest.length
      tunnel.send(rest)
    }
    splice(
      this.#world.host.clock,
      connection,
      tunnel,
      () => this.#open.delete(connection),
      (bytes, from) => {
        this[from === tunnel ? 'down' : 'up'] += bytes
      },
    )
    connection.resume()
  }

  async #associate(connection: Connection, talk: ProxyAnswers): Promise<void> {
    const at = await this.#associations.open(connection)
    if (at === undefined) return talk.refused('broken')
    talk.associated(at)
    connection.resume()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener?.[Symbol.asyncDispose]()
    const over = fail('gone', 'neighbours/withdrawn', 'The connection is not used any more').fault
    for (const connection of this.#open) connection.close(over)
    this.#associations[Symbol.dispose]()
  }
}

/** What the lender's answer means to a program. */
function refusalOf(error: unknown): Refusal {
  const { code, cause } = faultOf(error)
  if (code !== 'channel/refused') return 'broken'
  switch (cause) {
    case 403:
      return 'refused'
    case 502:
      return 'unknown'
    case 503:
      return 'unreachable'
    case 504:
      return 'late'
    default:
      return 'broken'
  }
}
