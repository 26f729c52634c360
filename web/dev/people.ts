import type { BrowsedRow, BrowseView } from '@kith/api/browse.ts'
import type { ExclusionView, RegistrationView, VisitorView } from '@kith/api/directory.ts'
import type { FoundQuery, FoundRow, FoundWindow, HolderView, SearchView } from '@kith/api/find.ts'
import type { KnownWindow } from '@kith/api/gateways.ts'
import type { View } from '@kith/api/live.ts'
import type { MessageView, PeopleQuery, PeopleWindow, PersonView, RoomView } from '@kith/api/talk.ts'
import type { GatewayView } from '@kith/api/gateways.ts'
import type { Answer } from './world.ts'

const knownHubs: KnownWindow = {
  total: 1,
  from: 0,
  gateways: [
    { address: 'adc://books.example:1511', name: 'Books and maps', description: 'All are welcome', people: 214 },
  ],
}

type PeopleViews = Extract<
  View,
  { readonly view: 'searches' | 'found' | 'browse' | 'rooms' | 'messages' | 'people' | 'unread' | 'gateways' }
>

const hub = 'adc://hub.example:1511'
const nicks = ['Ibn-Rushd', 'lovelace', 'Émilie', 'turing', 'hypatia', 'noether', 'OpChat', 'al-Khwarizmi', 'curie']
const titles = ['Field recordings', 'Lecture on swarms', 'Scores', 'Night trains', 'Tide tables', 'Rain on tin roofs']
const endings = ['flac', 'mp4', 'pdf', 'mp3', 'zip', 'jpg']
const media = ['audio', 'video', 'document', 'audio', 'archive', 'image']

/** People of a made-up world: what they share, what they say, and our hub that they come to. */
export class MadeUpPeople {
  readonly #startedAt: number
  readonly #searches: SearchView[] = []
  readonly #messages = new Map<string, MessageView[]>()
  #seen = new Set<string>()
  #ignored: { network: string; name: string }[] = []
  #hubs: string[] = [hub, 'dchub://old.example:411']
  #bans: ExclusionView[] = []
  #registered: RegistrationView[] = [{ nick: 'hypatia', rank: 'operator' }]

  constructor(now: number) {
    this.#startedAt = now
    const said = (from: string, text: string, ago: number): MessageView => ({
      from,
      text,
      at: now - ago,
      own: from === 'ana',
    })
    this.#messages.set(hub, [
      said('lovelace', 'Who has the tide tables of last year?', 3_600_000),
      said('ana', 'I do, look in my list', 3_500_000),
      said('lovelace', 'Got them. Thanks!', 3_400_000),
      said(
        'turing',
        'magnet:?xt=urn:tree:tiger:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&dn=Rain+on+tin+roofs.flac',
        60_000,
      ),
    ])
    this.#messages.set(`${hub}/hypatia`, [said('hypatia', 'See you at the station', 900_000)])
  }

  view(view: PeopleViews, now: number): unknown {
    switch (view.view) {
      case 'searches':
        return this.#searches
      case 'found':
        return this.#found(view.id, view.query ?? {}, now)
      case 'browse':
        return this.#browse(now)
      case 'rooms':
        return this.#rooms()
      case 'messages':
        return this.#said(view.id)
      case 'people':
        return this.#people(view.query ?? {})
      case 'unread':
        return this.#unread()
      case 'gateways':
        return this.#gateways()
    }
  }

  answer(method: string, url: URL, given: Readonly<Record<string, unknown>>, now: number): Answer | undefined {
    const [, area, id = '', verb, row, what] = url.pathname.split('/').map(decodeURIComponent)
    const done: Answer = { status: 204 }
    switch (area ?? '') {
      case 'searches':
        if (what === 'get-folder') return { status: 200, value: { added: 3, duplicates: 0, skipped: 0, transfers: [] } }
        if (verb === 'rows')
          return what === 'people' ? { status: 200, value: holders(Number(row)) } : added(Number(row))
        if (method === 'POST' && id === '') return { status: 200, value: this.#start(String(given['query']), now) }
        if (method === 'DELETE') this.#searches.splice(this.#searches.findIndex((one) => one.id === id) >>> 0, 1)
        return { status: 200, value: this.#searches.find((one) => one.id === id) }
      case 'browses':
        if (verb === 'rows') return { status: 200, value: this.#browsedRows(url.searchParams) }
        if (verb === 'get') return { status: 200, value: { added: 3, duplicates: 0, skipped: 0, transfers: [] } }
        return { status: 200, value: this.#browse(now) }
      case 'rooms':
        if (verb === 'read') this.#seen.add(id)
        if (verb === 'messages' && method === 'POST') this.#say(id, String(given['text']), now)
        if (verb === 'commands' && method === 'GET') return { status: 200, value: [] }
        if (verb === 'open') {
          if (!this.#messages.has(id)) this.#messages.set(id, [])
          return { status: 200, value: this.#rooms().find((room) => room.id === id) }
        }
        return done
      case 'ignored':
        this.#ignored = this.#ignored.filter(({ name }) => name !== url.searchParams.get('name'))
        if (method === 'PUT') this.#ignored.push(given as { network: string; name: string })
        return done
      case 'networks':
        if (verb === 'gateways' && row === 'known') return { status: 200, value: knownHubs }
        if (verb === 'gateways') return this.#changeHubs(method, given, url)
        if (verb === 'directory' && row !== undefined) return this.#keep(method, row, what, given, now)
    }
    return undefined
  }

  #start(query: string, now: number): SearchView {
    const asked = (id: string, state: 'asking' | 'cannot' | 'done', hits: number) => ({
      id,
      state,
      hits,
      comparedHere: id === 'neighbours' ? ['words'] : [],
      ignored: [],
    })
    const search: SearchView = {
      id: `s${now}`,
      query,
      state: 'asking',
      startedAt: now,
      endsAt: now + 120_000,
      rows: 0,
      full: false,
      networks: [
        asked('library', 'done', 2),
        asked('neighbours', 'done', 3),
        asked('bittorrent', 'cannot', 0),
        asked('directconnect', 'asking', 240),
      ],
    }
    this.#searches.unshift(search)
    return search
  }

  /** More comes every second, as it does. */
  #found(id: string, query: FoundQuery, now: number): FoundWindow {
    const search = this.#searches.find((one) => one.id === id) ?? this.#start('rain', now)
    const amount = Math.min(240, 12 + Math.floor((now - search.startedAt) / 1_000) * 20)
    const all = Array.from({ length: amount }, (_, index) => foundRow(index + 1))
    const matching = all.filter(
      (one) =>
        (query.medium === undefined || one.medium === query.medium) &&
        (query.network === undefined || one.networks.includes(query.network)) &&
        (query.free !== true || one.free > 0),
    )
    const from = query.from ?? 0
    return {
      search: { ...search, rows: amount, state: amount === 240 ? 'done' : 'asking' },
      total: matching.length,
      from,
      rows: matching.slice(from, from + (query.count ?? 100)),
      media: tally(all.map(({ medium = '' }) => medium)),
      networks: tally(all.flatMap(({ networks }) => networks)),
    }
  }

  #browse(now: number): BrowseView {
    return {
      id: 'b1',
      network: 'directconnect',
      peer: 'LOVELACE',
      name: 'lovelace',
      state: 'done',
      files: 1_204,
      bytes: 310_000_000_000,
      full: false,
      at: now,
    }
  }

  #browsedRows(query: URLSearchParams): { total: number; from: number; rows: readonly BrowsedRow[] } {
    const path = query.get('path') ?? ''
    const filter = (query.get('filter') ?? '').toLowerCase()
    const under = (name: string): string => (path === '' ? name : `${path}/${name}`)
    const folders = titles.map((name, index): BrowsedRow => ({
      kind: 'folder',
      name,
      path: under(name),
      size: (index + 1) * 31_000_000_000,
      files: 40 * (index + 1),
    }))
    const files = titles.map((name, index): BrowsedRow => ({
      kind: 'file',
      name: `${name}.${endings[index]!}`,
      path: under(`${name}.${endings[index]!}`),
      size: (index + 1) * 73_000_000,
      ...(index === 1 && { own: true }),
    }))
    const rows = [...(path.split('/').length > 2 ? [] : folders), ...files].filter(
      ({ name, kind }) => filter === '' || (kind === 'file' && name.toLowerCase().includes(filter)),
    )
    return { total: rows.length, from: 0, rows }
  }

  #said(id: string): readonly MessageView[] {
    return (this.#messages.get(id) ?? []).filter(({ from }) => !this.#ignored.some(({ name }) => name === from))
  }

  #rooms(): readonly RoomView[] {
    return [...this.#messages.keys()].map((id): RoomView => {
      const last = this.#said(id).at(-1)
      const isPublic = id === hub
      return {
        id,
        network: 'directconnect',
        title: isPublic ? 'The reading room' : id.slice(hub.length + 1),
        kind: isPublic ? 'public' : 'private',
        people: isPublic ? 2_416 : 2,
        mentions: 0,
        unread: this.#seen.has(id) ? 0 : this.#said(id).filter(({ own }) => !own).length,
        ...(last === undefined ? {} : { last }),
      }
    })
  }

  #unread(): { talks: number; rooms: number } {
    const rooms = this.#rooms()
    return {
      talks: rooms.filter(({ kind }) => kind === 'private').reduce((sum, { unread }) => sum + unread, 0),
      rooms: rooms.filter(({ unread }) => unread > 0).length,
    }
  }

  #say(room: string, text: string, now: number): void {
    this.#messages.set(room, [...(this.#messages.get(room) ?? []), { from: 'ana', text, at: now, own: true }])
  }

  #people({ filter = '', room, count = 200 }: PeopleQuery): PeopleWindow {
    const all = ['ana', ...nicks].map((name, index): PersonView => ({
      network: 'directconnect',
      peer: name.toUpperCase(),
      name,
      own: name === 'ana',
      ...(name === 'ana' ? {} : { talk: `${hub}/${name}` }),
      client: 'ncdc 1.23.1',
      shared: index * 120_000_000_000,
      slots: 5,
      operator: name === 'hypatia',
      away: index % 4 === 3,
      bot: name === 'OpChat',
      ignored: this.#ignored.some((one) => one.name === name),
      browse: name !== 'ana' && name !== 'OpChat',
    }))
    const nick = room?.startsWith(`${hub}/`) === true ? room.slice(hub.length + 1) : undefined
    const rows = all.filter(
      ({ name, own }) =>
        name.toLowerCase().includes(filter.toLowerCase()) && (nick === undefined || own || name === nick),
    )
    return { total: rows.length, from: 0, rows: rows.slice(0, count) }
  }

  #gateways(): readonly GatewayView[] {
    return this.#hubs.map((address): GatewayView =>
      address === hub
        ? { address, kind: 'hub', state: 'attached', note: 'The reading room, 2416 users' }
        : {
            address,
            kind: 'hub',
            state: 'failed',
            fault: { kind: 'gone', code: 'net/refused', message: 'Nobody listens at that address' },
          },
    )
  }

  #changeHubs(method: string, given: Readonly<Record<string, unknown>>, url: URL): Answer {
    if (method === 'POST') this.#hubs.push(String(given['address']))
    if (method === 'DELETE') this.#hubs = this.#hubs.filter((one) => one !== url.searchParams.get('address'))
    return { status: 200, value: this.#gateways() }
  }

  #keep(
    method: string,
    part: string,
    which: string | undefined,
    given: Readonly<Record<string, unknown>>,
    now: number,
  ): Answer {
    switch (part) {
      case 'visitors':
        return { status: 200, value: this.#visitors() }
      case 'exclusions':
        if (method === 'POST') {
          const { nick, address, reason = '', seconds } = given as Partial<ExclusionView> & { seconds?: number }
          const until = seconds === undefined ? {} : { until: now + seconds * 1_000 }
          this.#bans.push({ id: `${now}`, nick, address, reason, by: 'ana', at: now, ...until })
        }
        if (method === 'DELETE') this.#bans = this.#bans.filter(({ id }) => id !== which)
        return { status: 200, value: this.#bans }
      case 'registrations':
        if (method === 'PUT') this.#registered.push({ nick: which!, rank: String(given['rank']) })
        if (method === 'DELETE') this.#registered = this.#registered.filter(({ nick }) => nick !== which)
        return { status: 200, value: { ranks: ['registered', 'operator'], registrations: this.#registered } }
    }
    return { status: 204 }
  }

  #visitors(): readonly VisitorView[] {
    return nicks
      .filter((nick) => !this.#bans.some((ban) => ban.nick === nick))
      .map((nick, index) => ({
        id: `v${index}`,
        nick,
        address: `192.0.2.${index + 10}`,
        protocol: index % 3 === 0 ? 'nmdc' : 'adc',
        secured: index % 2 === 0,
        client: 'EiskaltDC++ 2.4.2',
        rank: nick === 'hypatia' ? 'operator' : 'guest',
        shared: index * 120_000_000_000,
        since: this.#startedAt - index * 700_000,
      }))
  }
}

function tally(values: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]))
}

function foundRow(number: number): FoundRow {
  const kind = number % titles.length
  const people = 1 + ((number * 7) % 23)
  return {
    row: number,
    name: `${titles[kind]!}${number < titles.length ? '' : ` (${number})`}.${endings[kind]!}`,
    size: 5_000_000 + ((number * 37) % 90) * 11_000_000,
    medium: media[kind]!,
    digests: [],
    networks:
      number % 9 === 2
        ? ['library', 'directconnect']
        : number % 5 === 0
          ? ['neighbours', 'directconnect']
          : ['directconnect'],
    people,
    free: people % 4,
    own: number % 9 === 2,
    ...(number % 17 === 4 && { transfer: 'made-up-2', progress: 0.42 }),
  }
}

function holders(number: number): readonly HolderView[] {
  return nicks.slice(0, 1 + (number % nicks.length)).map((name) => ({
    network: 'directconnect',
    peer: name.toUpperCase(),
    name,
    client: 'ncdc 1.23.1',
    path: ['Sounds', `${titles[number % titles.length]!}.flac`],
    slots: number % 3,
  }))
}

function added(number: number): Answer {
  const { name } = foundRow(number)
  return { status: 200, value: { transfer: { id: 'made-up-2', name }, duplicate: false } }
}
