import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import type { Game, GamePorts, OfferedGame } from '@kith/core/offer/games.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { decodeGames, encodeGames, GAME_ID_BYTES, isAnnouncing, isPort, MOST_ANNOUNCES } from '../wire/games.ts'
import { MOST_GAMES, MOST_PORTS } from '../wire/games.ts'
import { shownName } from '../wire/messages.ts'
import { hearAnnouncements, type Repeaters } from './announcements.ts'
import { lendDatagrams, type Lent } from './lend.ts'

const HERE = '127.0.0.1'
const CONNECT_MS = 5_000
/** Connections of one device to one game; a game has one or two, and its browser some more. */
const MOST_OPEN = 64

interface Offer {
  readonly game: Game
  to: readonly string[]
  /** Datagrams that are lent, and to whom. */
  readonly lent: Map<Lent, string>
  /** Connections that are lent. */
  readonly open: Map<Disposable, string>
  /** Those that are being opened, by device. */
  readonly opening: Map<string, number>
  hearing: AsyncDisposable | undefined
}

/** Our games, and the doors to them. Who may join is kept over restarts. */
export class Offered implements AsyncDisposable {
  readonly all: WritableValue<readonly OfferedGame[]> = value<readonly OfferedGame[]>([])
  readonly #host: Host
  readonly #repeaters: Repeaters
  readonly #offers = new Map<string, Offer>()

  constructor(host: Host, repeaters: Repeaters) {
    this.#host = host
    this.#repeaters = repeaters
    for (const { game, to } of keptOffers(host)) this.#offers.set(game.id, newOffer(game, to))
    this.#tell()
  }

  async offer(title: string, way: GamePorts, to: readonly string[]): Promise<OfferedGame> {
    if (this.#offers.size >= MOST_GAMES) throw fail('input', 'neighbours/games', 'That are too many games')
    checkPorts(way)
    const game = { id: this.#host.random.bytes(GAME_ID_BYTES).toHex(), title: shownName(title), way }
    this.#offers.set(game.id, newOffer(game, to))
    this.#store()
    return this.#shown(game.id)
  }

  grant(id: string, to: readonly string[]): OfferedGame {
    const offer = this.#find(id)
    offer.to = [...new Set(to)]
    for (const [lent, device] of [...offer.lent, ...offer.open]) if (!to.includes(device)) lent[Symbol.dispose]()
    this.#store()
    return this.#shown(id)
  }

  /** Puts out those that are not known any more. */
  keepOnly(known: (device: string) => boolean): void {
    for (const [id, { to }] of this.#offers) if (!to.every(known)) this.grant(id, to.filter(known))
  }

  async withdraw(id: string): Promise<void> {
    const offer = this.#find(id)
    this.#offers.delete(id)
    await close(offer)
    this.#store()
  }

  /** Undefined for a question about something else. */
  async answer(device: string, { method, target, signal }: PeerQuestion): Promise<OurAnswer | undefined> {
    const [, room, id, door, port] = target.split('/')
    if (room !== 'games') return undefined
    if (method === 'GET' && id === undefined) {
      const granted = [...this.#offers.values()].filter(({ to }) => to.includes(device))
      return { status: 200, body: encodeGames(granted.map(({ game }) => game)) }
    }
    const offer = this.#offers.get(id ?? '')
    // Whoever may not join does not learn what there is.
    if (method !== 'POST' || offer?.to.includes(device) !== true) return { status: 404 }
    const { way } = offer.game
    if (door === 'datagrams') return this.#lendDatagrams(offer, way, device)
    if (door === 'tcp' && way.tcp.includes(Number(port))) {
      return this.#lendConnection(offer, Number(port), device, signal)
    }
    return { status: 404 }
  }

  async #lendConnection(offer: Offer, port: number, device: string, signal: AbortSignal): Promise<OurAnswer> {
    const opening = offer.opening.get(device) ?? 0
    if (opening + [...offer.open.values()].filter((one) => one === device).length >= MOST_OPEN) return { status: 429 }
    offer.opening.set(device, opening + 1)
    let game: Connection
    try {
      game = await this.#host.net.connect({ host: HERE, port }, { timeoutMs: CONNECT_MS, signal })
    } catch {
      return { status: 502 }
    } finally {
      const left = offer.opening.get(device)! - 1
      if (left > 0) offer.opening.set(device, left)
      else offer.opening.delete(device)
    }
    const gone = fail('gone', 'neighbours/withdrawn', 'The game is not lent any more').fault
    return {
      status: 200,
      tunnel: (connection) => {
        // It may have been put out, or the game withdrawn, meanwhile.
        if (!this.#isLent(offer, device)) {
          game.close()
          return connection.close(gone)
        }
        const open = { [Symbol.dispose]: () => connection.close(gone) }
        offer.open.set(open, device)
        this.#tell()
        splice(this.#host.clock, connection, game, () => {
          offer.open.delete(open)
          this.#tell()
        })
      },
    }
  }

  #isLent(offer: Offer, device: string): boolean {
    return offer.to.includes(device) && this.#offers.get(offer.game.id) === offer
  }

  #lendDatagrams(offer: Offer, way: GamePorts, device: string): OurAnswer {
    return {
      status: 200,
      tunnel: (connection) => {
        let lent: Lent | undefined
        const ended = (): void => {
          if (lent !== undefined) offer.lent.delete(lent)
          void this.#listen(offer, way)
          this.#tell()
        }
        void lendDatagrams(this.#host, way, connection, ended).then(
          (made) => {
            lent = made
            if (!this.#isLent(offer, device)) return made[Symbol.dispose]()
            offer.lent.set(made, device)
            void this.#listen(offer, way)
            this.#tell()
          },
          (error: unknown) => this.#host.log.warn('a game could not be lent', { fault: faultOf(error) }),
        )
      },
    }
  }

  /** Hears what the game tells everybody while there is anybody to tell it to. */
  async #listen(offer: Offer, { announces }: GamePorts): Promise<void> {
    const wanted = announces.length > 0 && offer.lent.size > 0
    if (wanted === (offer.hearing !== undefined)) return
    const before = offer.hearing
    offer.hearing = undefined
    await before?.[Symbol.asyncDispose]()
    if (!wanted) return
    try {
      const hearing = await hearAnnouncements(this.#host, announces, this.#repeaters, (place, bytes) => {
        for (const lent of offer.lent.keys()) lent.announced(place, bytes)
      })
      if (offer.hearing === undefined && offer.lent.size > 0) offer.hearing = hearing
      else await hearing[Symbol.asyncDispose]()
    } catch (error) {
      this.#host.log.warn('announcements of a game cannot be heard', { fault: faultOf(error) })
    }
  }

  #find(id: string): Offer {
    const offer = this.#offers.get(id)
    if (offer === undefined) throw fail('input', 'neighbours/no-game', 'There is no such game')
    return offer
  }

  #shown(id: string): OfferedGame {
    return this.all.current.find((one) => one.id === id)!
  }

  #store(): void {
    const games = [...this.#offers.values()].map(({ game, to }) => ({ game: encodeGames([game]), to: to.map(idBytes) }))
    this.#host.keep.set('games', games.length === 0 ? undefined : encode({ games }))
    this.#tell()
  }

  #tell(): void {
    this.all.set(
      [...this.#offers.values()].map(({ game, to, lent, open }) => ({
        ...game,
        to,
        players: [...new Set([...lent.values(), ...open.values()])],
      })),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#offers.values()].map(close))
  }
}

function newOffer(game: Game, to: readonly string[]): Offer {
  return { game, to: [...new Set(to)], lent: new Map(), open: new Map(), opening: new Map(), hearing: undefined }
}

async function close({ lent, open, hearing }: Offer): Promise<void> {
  for (const one of [...lent.keys(), ...open.keys()]) one[Symbol.dispose]()
  await hearing?.[Symbol.asyncDispose]()
}

/** @throws FaultError `input` `neighbours/game-ports` */
function checkPorts({ tcp, udp, announces }: GamePorts): void {
  const ports = [...tcp, ...udp]
  const right = ports.every(isPort) && announces.every(isAnnouncing)
  const few = tcp.length <= MOST_PORTS && udp.length <= MOST_PORTS && announces.length <= MOST_ANNOUNCES
  if (right && few && ports.length > 0) return
  throw fail('input', 'neighbours/game-ports', 'A game has between 1 and 16 ports of either kind', {
    hint: 'For example: kith play offer --tcp 3979 --udp 3979 --to NAME',
  })
}

function keptOffers({ keep }: Pick<Host, 'keep'>): readonly { readonly game: Game; readonly to: readonly string[] }[] {
  const bytes = keep.get('games')
  if (bytes === undefined) return []
  const read = attempt(() =>
    [...(decodeDict(bytes, { maxDepth: 4 }).list('games')?.needDicts() ?? [])].flatMap((dict) => {
      const to = [...(dict.list('to')?.needBytes() ?? [])].map(deviceId)
      return decodeGames(dict.needBytes('game')).map((game) => ({ game, to }))
    }),
  )
  return read.ok ? read.value : []
}
