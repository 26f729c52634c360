import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Game, JoinedGame } from '@kith/core/offer/games.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { decodeGames } from '../wire/games.ts'
import { MOST_MESSAGE_BYTES } from '../wire/messages.ts'
import type { Repeaters } from './announcements.ts'
import { bring } from './bring.ts'
import { type KeptPath, keepPath } from './kept-path.ts'

/** Joined, and how it looks now. */
interface Join extends AsyncDisposable {
  readonly shown: () => JoinedGame
}

/** Games of others on this machine, until they are left, their owner lends them no more, or the daemon ends. */
export class Joins implements AsyncDisposable {
  readonly all: WritableValue<readonly JoinedGame[]> = value<readonly JoinedGame[]>([])
  readonly #host: Host
  readonly #lines: Lines
  readonly #repeaters: Repeaters
  readonly #joins = new Map<string, Join>()

  constructor(host: Host, lines: Lines, repeaters: Repeaters) {
    this.#host = host
    this.#lines = lines
    this.#repeaters = repeaters
  }

  async at(device: string, signal?: AbortSignal): Promise<readonly Game[]> {
    const answer = await this.#lines.ask(device, {
      method: 'GET',
      target: '/games',
      ...(signal === undefined ? {} : { signal }),
    })
    return decodeGames(await wholeOf(answer, MOST_MESSAGE_BYTES))
  }

  async join(device: string, id: string): Promise<JoinedGame> {
    const key = `${device.slice(0, 16)}${id}`
    const known = this.#joins.get(key)
    if (known !== undefined) return known.shown()
    const game = (await this.at(device)).find((one) => one.id === id)
    if (game === undefined) throw fail('unavailable', 'neighbours/not-there', 'The device does not offer that game')
    const join = await this.#bring(key, device, game)
    if (this.#joins.has(key)) await join[Symbol.asyncDispose]()
    else this.#joins.set(key, join)
    this.#tell()
    return this.#joins.get(key)!.shown()
  }

  async leave(id: string): Promise<void> {
    const join = this.#joins.get(id)
    if (join === undefined) throw fail('input', 'neighbours/no-game', 'There is no such game')
    this.#joins.delete(id)
    this.#tell()
    await join[Symbol.asyncDispose]()
  }

  /** Leaves the games of devices that are not known any more. */
  keepOnly(known: (device: string) => boolean): void {
    for (const [id, { shown }] of this.#joins) if (!known(shown().device)) this.#quit(id)
  }

  async #bring(id: string, device: string, game: Game): Promise<Join> {
    // Programs of this machine may speak before it is there.
    const kept: { path?: KeptPath } = {}
    const brought = await bring(
      {
        host: this.#host,
        repeaters: this.#repeaters,
        dial: (port) => this.#lines.tunnel(device, `/games/${game.id}/tcp/${port}`),
        send: (bytes) => kept.path?.send(bytes),
      },
      game.way,
    )
    // Without datagrams it is kept too: it is how we hear that the game is lent no more.
    const path = keepPath(
      this.#host,
      this.#lines,
      { device, target: `/games/${game.id}/datagrams` },
      {
        ...brought.owner,
        said() {},
        opened() {},
        changed: () => this.#tell(),
        notThere: () => this.#over(id),
      },
    )
    kept.path = path
    return {
      shown: () => ({ id, device, game, path: path.mode, ports: brought.ports }),
      async [Symbol.asyncDispose]() {
        path[Symbol.dispose]()
        await brought[Symbol.asyncDispose]()
      },
    }
  }

  /** What its owner has withdrawn, or lends us no more, ends here too. */
  #over(id: string): void {
    const shown = this.#joins.get(id)?.shown()
    if (shown === undefined) return
    this.#host.journal.tell('game/over', id, { name: shown.game.title, owner: shown.device })
    this.#quit(id)
  }

  #quit(id: string): void {
    this.leave(id).catch((error: unknown) => this.#host.log.warn('a game could not be left', { fault: faultOf(error) }))
  }

  #tell(): void {
    this.all.set([...this.#joins.values()].map(({ shown }) => shown()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#joins.values()].map((join) => join[Symbol.asyncDispose]()))
  }
}
