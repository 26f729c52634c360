import type { View } from '@kith/api/live.ts'
import type { Problem } from '@kith/api/fault.ts'
import type { SettingView } from '@kith/api/settings.ts'
import type { Status } from '@kith/api/status.ts'
import type { Transfer, TransferQuery, TransferWindow } from '@kith/api/transfers.ts'
import { madeUpDetails, madeUpFiles, madeUpFolder, madeUpPieces, madeUpSources } from './details.ts'
import { MadeUpNear } from './near.ts'
import { MadeUpPeople } from './people.ts'
import { madeUpFolders, madeUpHashing, madeUpSharedFiles } from './shared.ts'
import { madeUpJournal, madeUpLog, madeUpNetworks, madeUpSettings, madeUpTransfers } from './made-up.ts'

export interface Answer {
  readonly status: number
  readonly value?: unknown
}

type Change<T> = { -readonly [Key in keyof T]: T[Key] }

/** What the made-up daemon knows; it changes with time and by what is asked of it. */
export class MadeUpWorld {
  #transfers: Transfer[]
  #networks = madeUpNetworks()
  readonly #people: MadeUpPeople
  readonly #near: MadeUpNear
  #settings = madeUpSettings()
  readonly #startedAt: number
  readonly #down: number[] = []
  readonly #up: number[] = []
  #isSignedIn = true
  #tokens: unknown[] = [
    { id: 't1', name: 'Phone', scopes: ['view', 'transfer'], createdAt: 0, usedAt: Date.now() - 90_000 },
  ]

  constructor(now: number, amount: number) {
    this.#startedAt = now
    this.#people = new MadeUpPeople(now)
    this.#near = new MadeUpNear(now)
    this.#transfers = madeUpTransfers(amount, now)
    for (let at = 0; at < 300; at++) {
      this.#down.push(Math.max(0, 3_000_000 + 1_500_000 * Math.sin(at / 17) + 600_000 * Math.sin(at / 3)))
      this.#up.push(Math.max(0, 700_000 + 400_000 * Math.sin(at / 23)))
    }
  }

  /** One second goes by. */
  pass(now: number): void {
    this.#transfers = this.#transfers.map((row) => {
      if (row.state !== 'getting' || row.size === undefined) return row
      const had = Math.min(row.size, row.had + row.downRate)
      if (had < row.size) return { ...row, had, progress: had / row.size }
      return { ...row, had, progress: 1, state: 'giving', downRate: 0, completedAt: now, eta: undefined }
    })
    this.#down.push(this.#sum('downRate') * (0.8 + 0.2 * Math.sin(now / 9_000)))
    this.#up.push(this.#sum('upRate'))
    if (this.#down.length > 300) {
      this.#down.shift()
      this.#up.shift()
    }
  }

  view(view: View, now: number): unknown {
    switch (view.view) {
      case 'status':
        return this.#status(now)
      case 'speed':
        return { down: this.#down, up: this.#up }
      case 'transfers':
        return this.#window(view.query ?? {})
      case 'transfer':
        return madeUpDetails(this.#find(view.id))
      case 'files':
        return madeUpFiles(view.query?.from ?? 0, view.query?.count ?? 100)
      case 'sources':
        return madeUpSources(now)
      case 'pieces':
        return madeUpPieces(this.#find(view.id).progress, view.buckets ?? 512)
      case 'networks':
        return this.#networks
      case 'publications':
        return []
      case 'sharedFolders':
        return madeUpFolders
      case 'hashing':
        return madeUpHashing
      case 'log':
        return madeUpLog(this.#startedAt).filter(({ level }) => view.query?.level === 'debug' || level !== 'debug')
      case 'printers':
      case 'nearbyPrinters':
      case 'printJobs':
        return this.#near.view(view)
      case 'searches':
      case 'found':
      case 'browse':
      case 'rooms':
      case 'messages':
      case 'people':
      case 'unread':
      case 'gateways':
        return this.#people.view(view, now)
    }
  }

  answer(method: string, url: URL, body: unknown, now: number): Answer {
    const [, area, id, verb] = url.pathname.split('/').map(decodeURIComponent)
    const given = (body ?? {}) as Record<string, unknown>
    const ofOthers = this.#people.answer(method, url, given, now) ?? this.#near.answer(method, url, given, now)
    if (ofOthers !== undefined) return ofOthers
    switch (area ?? '') {
      case 'session':
        if (method === 'POST' && given['password'] === 'wrong') return refused('The password is wrong', 'Try again.')
        if (method !== 'GET') this.#isSignedIn = method === 'POST'
        return { status: 200, value: { scopes: ['admin'], via: this.#isSignedIn ? 'session' : 'none', password: true } }
      case 'status':
        return { status: 200, value: this.#status(now) }
      case 'journal':
        return { status: 200, value: madeUpJournal(this.#startedAt) }
      case 'folders':
        return { status: 200, value: madeUpFolder(url.searchParams.get('path') ?? '/home/ana') }
      case 'library':
        if (id === 'files') return { status: 200, value: madeUpSharedFiles(url.searchParams.get('q') ?? '') }
        return { status: 200, value: this.#library(url.searchParams.get('filter') ?? '') }
      case 'tokens':
        return this.#token(method, id, given, now)
      case 'link':
        return { status: 200, value: { url: 'http://127.0.0.1:7337/#t=made-up' } }
      case 'networks':
        return this.#network(id!, verb!, given['on'] === true)
      case 'settings':
        return this.#setting(method, id, given['value'])
      case 'transfers':
        return this.#transfer(method, id, verb, given, url, now)
      default:
        return { status: 204 }
    }
  }

  #sum(of: 'downRate' | 'upRate'): number {
    return this.#transfers.reduce((sum, row) => sum + row[of], 0)
  }

  #find(id: string): Transfer {
    return this.#transfers.find((row) => row.id === id) ?? this.#transfers[0]!
  }

  #status(now: number): Status {
    return {
      version: '0.1.0',
      device: 'ana-laptop',
      startedAt: this.#startedAt,
      now,
      downRate: this.#down.at(-1)!,
      upRate: this.#up.at(-1)!,
      down: 41_000_000_000,
      up: 63_000_000_000,
      transfers: this.#window({}).states,
      people: 148,
      networks: { on: 2, all: 3 },
      port: 40_404,
      outside: { state: 'mapped', address: '203.0.113.7:40404', by: 'PCP' },
      outsideV6: { state: 'mapped', address: '[2001:db8::7]:40404', by: 'PCP' },
      downloads: '/home/ana/Downloads',
      freeBytes: 182_400_000_000,
      residentBytes: 96_000_000,
      problems: [
        {
          code: 'net/port-taken',
          message: 'Port 4662 is used by another program',
          hint: 'Stop that program, or choose another port in the settings.',
        },
      ],
      password: true,
    }
  }

  #window(query: TransferQuery): TransferWindow {
    const tally = (values: readonly string[]): Record<string, number> =>
      Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]))
    const isActive = (row: Transfer): boolean => row.downRate > 0 || row.upRate > 0
    const all = this.#transfers
    const rows = all.filter(
      (row) =>
        row.name.toLowerCase().includes((query.filter ?? '').toLowerCase()) &&
        (query.state === undefined || (query.state === 'active' ? isActive(row) : row.state === query.state)) &&
        (query.label === undefined || row.label === query.label) &&
        (query.network === undefined || row.networks.includes(query.network)),
    )
    const sort = query.sort ?? 'addedAt'
    const sign = (query.descending ?? query.sort === undefined) ? -1 : 1
    rows.sort((a, b) => {
      const [left, right] = [a[sort] ?? 0, b[sort] ?? 0]
      return sign * (left < right ? -1 : left > right ? 1 : 0)
    })
    const from = query.from ?? 0
    return {
      total: rows.length,
      from,
      rows: rows.slice(from, from + (query.count ?? 100)),
      states: { ...tally(all.map(({ state }) => state)), all: all.length, active: all.filter(isActive).length },
      labels: tally(all.flatMap(({ label }) => (label === undefined ? [] : [label]))),
      networks: tally(all.flatMap(({ networks }) => networks)),
    }
  }

  #library(filter: string): unknown {
    const rows = this.#transfers
      .filter((row) => row.completedAt !== undefined && row.name.toLowerCase().includes(filter.toLowerCase()))
      .map((row) => ({ ...row, transfer: row.id, files: 3, digests: [], given: row.state === 'giving' }))
    return { total: rows.length, from: 0, rows }
  }

  #token(method: string, id: string | undefined, given: Record<string, unknown>, now: number): Answer {
    if (method === 'GET') return { status: 200, value: this.#tokens }
    if (method === 'DELETE') {
      this.#tokens = this.#tokens.filter((token) => (token as { id: string }).id !== id)
      return { status: 204 }
    }
    const token = { id: `t${now}`, name: given['name'], scopes: given['scopes'], createdAt: now }
    this.#tokens.push(token)
    return { status: 200, value: { token, secret: 'kith_made-up-secret-that-is-shown-once' } }
  }

  #network(id: string, verb: string, on: boolean): Answer {
    this.#networks = this.#networks.map((one) => {
      if (one.id !== id) return one
      if (verb === 'directory') return { ...one, directory: { ...one.directory!, open: on } }
      return { ...one, on, state: on ? 'starting' : 'off' }
    })
    return { status: 200, value: this.#networks.find((one) => one.id === id) }
  }

  #setting(method: string, path: string | undefined, value: unknown): Answer {
    if (path === undefined) return { status: 200, value: this.#settings }
    const before = this.#settings.find((one) => one.path === path)!
    if (method === 'PUT' && typeof value === 'number' && (value < before.minimum! || value > before.maximum!))
      return refused(`${path} has to be between ${before.minimum} and ${before.maximum}`)
    const after: SettingView =
      method === 'PUT' ? { ...before, value, origin: 'page' } : { ...before, value: before.default, origin: 'default' }
    this.#settings = this.#settings.map((one) => (one.path === path ? after : one))
    return { status: 200, value: after }
  }

  #transfer(
    method: string,
    id: string | undefined,
    verb: string | undefined,
    given: Record<string, unknown>,
    url: URL,
    now: number,
  ): Answer {
    if (id === undefined && method === 'GET') {
      const { searchParams: query } = url
      return {
        status: 200,
        value: this.#window({ from: Number(query.get('from')), count: Number(query.get('count')) }),
      }
    }
    if (id === undefined) return this.#add(given, now)
    if (id === 'bulk') {
      const ids = given['ids'] as string[]
      for (const one of ids) this.#act(one, given['action'] as string)
      return { status: 200, value: ids }
    }
    if (method === 'PATCH' && verb === undefined)
      this.#change(id, { label: (given['label'] as string | null) ?? undefined })
    else if (verb !== undefined) this.#act(id, verb)
    return { status: 200, value: madeUpDetails(this.#find(id)) }
  }

  #add(given: Record<string, unknown>, now: number): Answer {
    const link = given['link'] as string | undefined
    if (link !== undefined && !link.startsWith('magnet:'))
      return refused('That is no link that Kith knows', 'Magnet links begin with magnet:?')
    const row: Transfer = {
      ...madeUpTransfers(1, now)[0]!,
      id: `added-${now}`,
      name: new URLSearchParams(link?.split('?')[1]).get('dn') ?? 'Something new',
      state: given['paused'] === true ? 'paused' : 'getting',
    }
    this.#transfers.unshift(row)
    return { status: 200, value: { transfer: row, duplicate: false } }
  }

  #act(id: string, action: string): void {
    if (action === 'remove') this.#transfers = this.#transfers.filter((row) => row.id !== id)
    if (action === 'pause') this.#change(id, { state: 'paused', downRate: 0, upRate: 0 })
    if (action === 'resume') this.#change(id, { state: 'getting', downRate: 900_000, fault: undefined })
  }

  #change(id: string, part: Partial<Change<Transfer>>): void {
    this.#transfers = this.#transfers.map((row) => (row.id === id ? { ...row, ...part } : row))
  }
}

function refused(detail: string, hint?: string): Answer {
  const problem: Problem = {
    type: 'about:blank',
    title: 'Refused',
    status: 400,
    detail,
    code: 'made/up',
    kind: 'input',
    hint,
  }
  return { status: 400, value: problem }
}
