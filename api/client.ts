import { eventStream } from './event-stream.ts'
import type { Problem } from './fault.ts'
import { problem } from './fault.ts'
import type { JournalEntry } from './journal.ts'
import { journalEntry } from './journal.ts'
import type { LiveEvent, Views } from './live.ts'
import { mergePatch } from './live.ts'
import type { Route } from './route.ts'
import type { Routes } from './routes.ts'
import { routes } from './routes.ts'

/** The daemon said no, and why. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(of: Problem) {
    super(of.detail)
    this.name = 'ProblemError'
    this.problem = of
  }
}

/** Nobody answers where the daemon should be. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('Kith does not answer', { cause })
    this.name = 'UnreachableError'
  }
}

export interface ClientOptions {
  /** Where the daemon is, `http://127.0.0.1:7337`; empty in the page. */
  readonly base: string
  readonly token?: string
  /** For a unix socket, or for tests. */
  readonly fetch?: typeof fetch
}

type Part<Name extends string, Value> = [keyof Value] extends [never] ? unknown : { readonly [Key in Name]: Value }
/** What every call takes besides. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What an operation has to be given: only the parts that it has. */
export type Input<R> =
  R extends Route<infer Params, infer Query, infer Body, unknown>
    ? Part<'params', Params> & { readonly query?: Query } & Part<'body', Body>
    : never
export type Output<R> = R extends Route<infer _P, infer _Q, infer _B, infer Response> ? Response : never

/** Waits before the next try to reach a daemon that is gone, in milliseconds. */
const reconnectMs = 1_000

/** Everything that the daemon can do, for the page, the command line and other programs. */
export class Client {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** @throws ProblemError when the daemon says no, UnreachableError when it is not there */
  async call<Name extends keyof Routes>(
    name: Name,
    input: Input<Routes[Name]> & CallOptions = {} as Input<Routes[Name]> & CallOptions,
  ): Promise<Output<Routes[Name]>> {
    const route = routes[name] as Route<Record<string, string>, unknown, unknown, unknown>
    const { params, query, body, signal } = input as {
      params?: Record<string, string>
      query?: Record<string, unknown>
      body?: unknown
      signal?: AbortSignal
    }
    const path = route.path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params?.[key] ?? ''))
    const response = await this.#fetch(`${path}${queryText(query)}`, {
      method: route.method.toUpperCase(),
      ...(body === undefined ? {} : jsonIn(body)),
      ...(signal === undefined ? {} : { signal }),
    })
    if (route.file !== undefined) return new Uint8Array(await response.arrayBuffer()) as Output<Routes[Name]>
    if (route.response === undefined) return undefined as Output<Routes[Name]>
    return (await response.json()) as Output<Routes[Name]>
  }

  /**
   * For what is no operation of the table; the path is below `/api/v1`.
   * @throws ProblemError when the daemon says no, UnreachableError when it is not there
   */
  raw(path: string, init: RequestInit): Promise<Response> {
    return this.#fetch(path, init)
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#options.token !== undefined) headers.set('authorization', `Bearer ${this.#options.token}`)
    let response: Response
    try {
      response = await (this.#options.fetch ?? fetch)(`${this.#options.base}/api/v1${path}`, { ...init, headers })
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason
      throw new UnreachableError(error)
    }
    if (response.ok) return response
    throw new ProblemError(await problemOf(response))
  }

  /**
   * What happens, from now on or after `after`. Reconnects by itself and goes on where it was; `onGap` is called when
   * entries were missed for good.
   */
  async *events(options: { after?: number; signal: AbortSignal; onGap?: () => void }): AsyncGenerator<JournalEntry> {
    let last = options.after
    while (!options.signal.aborted) {
      try {
        const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': String(last) }
        const response = await this.#fetch('/events', { headers, signal: options.signal })
        for await (const { event, data } of eventStream(response.body!)) {
          if (event === 'gap') options.onGap?.()
          if (event !== 'entry') continue
          const entry = journalEntry.parse(JSON.parse(data))
          last = entry.seq
          yield entry
        }
      } catch (error) {
        if (options.signal.aborted) return
        if (error instanceof ProblemError) throw error
      }
      await pause(reconnectMs, options.signal)
    }
  }

  /**
   * Keeps what a screen shows up to date: calls `onChange` with the key and the whole new value, and `onState` when the
   * daemon goes and comes back. Resolves when the signal aborts.
   */
  async live(
    views: Views,
    handlers: {
      onChange(key: string, value: unknown): void
      onGone?(key: string, reason: string): void
      onState?(connected: boolean): void
    },
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      const values = new Map<string, unknown>()
      try {
        const response = await this.#fetch(`/live${queryText({ views: JSON.stringify(views) })}`, { signal })
        handlers.onState?.(true)
        for await (const { data, event } of eventStream(response.body!)) {
          if (event !== 'live') continue
          const change = JSON.parse(data) as LiveEvent
          if ('gone' in change) {
            handlers.onGone?.(change.key, change.gone)
            continue
          }
          const value = 'full' in change ? change.full : mergePatch(values.get(change.key), change.patch)
          values.set(change.key, value)
          handlers.onChange(change.key, value)
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof ProblemError) throw error
      }
      if (signal.aborted) return
      handlers.onState?.(false)
      await pause(reconnectMs, signal)
    }
  }
}

function jsonIn(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
}

function queryText(query: Readonly<Record<string, unknown>> | undefined): string {
  const entries = Object.entries(query ?? {}).filter(([, value]) => value !== undefined)
  if (entries.length === 0) return ''
  return `?${new URLSearchParams(entries.map(([key, value]): [string, string] => [key, String(value)])).toString()}`
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  try {
    const parsed = problem.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
  } catch {
    // Not JSON: something between us and the daemon answered.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail: `The answer was ${response.status} ${response.statusText}`,
    code: 'api/no-problem',
    kind: 'local',
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
