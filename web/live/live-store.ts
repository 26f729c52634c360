import type { Client } from '@kith/api/client.ts'
import type { View, Views } from '@kith/api/live.ts'

/** What a view shows now; `gone` says why there is nothing. */
export interface Shown {
  readonly value: unknown
  readonly gone?: string
}

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** Since when, in milliseconds since the epoch. */
  | { readonly kind: 'gone'; readonly since: number }

interface Watched {
  readonly key: string
  readonly view: View
  readonly listeners: Set<() => void>
  shown: Shown
}

export interface LiveOptions {
  readonly client: Pick<Client, 'live'>
  readonly now: () => number
  /** The daemon refused, for example because the session ended. */
  readonly onRefused: (error: unknown) => void
}

const nothing: Shown = { value: undefined }
/** Views that come and go with one change of the screen are asked for together, in milliseconds. */
const settleMs = 60
/** Views that nobody shows any more are kept this long, so that going back is not blank, in milliseconds. */
const keepMs = 30_000

/**
 * The one stream of the page: whatever is on screen is asked for over one connection, which is opened anew when what is
 * on screen changes.
 */
export class LiveStore implements Disposable {
  readonly #options: LiveOptions
  readonly #views = new Map<string, Watched>()
  readonly #listeners = new Set<() => void>()
  #connection: Connection = { kind: 'connecting' }
  #stream: AbortController | undefined
  #asked = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #serial = 0

  constructor(options: LiveOptions) {
    this.#options = options
  }

  get connection(): Connection {
    return this.#connection
  }

  watchConnection(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What the view showed last; the same object until it changes. */
  read(view: View): Shown {
    return this.#views.get(JSON.stringify(view))?.shown ?? nothing
  }

  /** Keeps the view up to date until the returned function is called. */
  watch(view: View, listener: () => void): () => void {
    const name = JSON.stringify(view)
    let watched = this.#views.get(name)
    if (watched === undefined) {
      watched = { key: `v${this.#serial++}`, view, listeners: new Set(), shown: nothing }
      this.#views.set(name, watched)
    }
    const { listeners } = watched
    listeners.add(listener)
    this.#settle()
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      this.#settle()
      setTimeout(() => {
        if (listeners.size === 0) this.#views.delete(name)
      }, keepMs)
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#stream?.abort()
    this.#views.clear()
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#open(), settleMs)
  }

  #open(): void {
    const watched = [...this.#views.values()].filter(({ listeners }) => listeners.size > 0)
    const views: Views = Object.fromEntries(watched.map(({ key, view }) => [key, view]))
    const asked = JSON.stringify(views)
    if (asked === this.#asked) return
    this.#asked = asked
    this.#stream?.abort()
    if (watched.length === 0) return
    const stream = new AbortController()
    this.#stream = stream
    const byKey = new Map(watched.map((one) => [one.key, one]))
    const show = (key: string, shown: Shown): void => {
      const one = byKey.get(key)
      if (one === undefined || stream.signal.aborted) return
      one.shown = shown
      for (const listener of one.listeners) listener()
    }
    this.#options.client
      .live(
        views,
        {
          onChange: (key, value) => show(key, { value }),
          onGone: (key, gone) => show(key, { value: undefined, gone }),
          onState: (connected) => this.#connected(connected),
        },
        stream.signal,
      )
      .catch((error: unknown) => {
        if (stream.signal.aborted) return
        this.#asked = ''
        this.#options.onRefused(error)
      })
  }

  #connected(connected: boolean): void {
    const { kind } = this.#connection
    if (connected ? kind === 'connected' : kind === 'gone') return
    this.#connection = connected ? { kind: 'connected' } : { kind: 'gone', since: this.#options.now() }
    for (const listener of this.#listeners) listener()
  }
}
