import type { DavUserRequest, DavUserView } from '@kith/api/dav.ts'
import type { DeviceView, GiftView, NamedDevice, TreeView } from '@kith/api/near.ts'
import type { View } from '@kith/api/live.ts'
import type { NearbyPrinterView, OwnPrinterView, PrintJobView } from '@kith/api/printers.ts'
import type { VisitAsk, VisitRequest, VisitView } from '@kith/api/visits.ts'
import type { Answer } from './world.ts'

type NearViews = Extract<View, { readonly view: 'printers' | 'nearbyPrinters' | 'printJobs' }>

const devices: readonly DeviceView[] = [
  {
    id: '7f3a90c4e1b25d68',
    name: 'living-room',
    standing: 'paired',
    near: true,
    relayed: false,
    addresses: ['192.168.1.31:50123'],
  },
  { id: '01b2', name: 'grandmother', standing: 'paired', near: false, relayed: true, addresses: [] },
  { id: '9c40', name: 'phone', standing: 'stranger', near: true, relayed: false, addresses: ['192.168.1.40:50123'] },
]

const livingRoom: NamedDevice = { id: '7f3a90c4e1b25d68', name: 'living-room' }

const gifts: readonly GiftView[] = [
  { id: 'g1', from: livingRoom, name: 'Holiday in Ohrid', size: 812_000_000, files: 214, at: 0 },
]

const trees: Readonly<Record<string, TreeView>> = {
  '': { folders: ['Films', 'Music'], files: [] },
  Films: {
    folders: ['Silent', 'A folder of short films with a name that is longer than any phone is wide'],
    files: [
      { name: 'Night of the Living Dead (1968).mkv', size: 1_400_000_000 },
      { name: 'Sintel.webm', size: 130_000_000 },
    ],
  },
}

const like = { location: '', color: true, duplex: true, formats: ['application/pdf'] }

/** What is near in a made-up world, and who reaches our folders by WebDAV. */
export class MadeUpNear {
  #printers: OwnPrinterView[] = [
    {
      ...like,
      id: 'p1',
      name: 'Study',
      model: 'Laser 400',
      state: 'idle',
      reasons: [],
      from: 'system',
      uri: 'ipp://localhost:631/printers/study',
      to: [livingRoom],
    },
  ]
  readonly #nearby: readonly NearbyPrinterView[] = [
    {
      ...like,
      id: 'p2',
      name: 'Pine',
      model: 'Jet 2',
      state: 'printing',
      reasons: ['toner-low-warning'],
      device: livingRoom,
      uri: 'ipp://127.0.0.1:7340/7f3a/pine',
    },
  ]
  #jobs: PrintJobView[]
  #visits: VisitView[]
  #users: DavUserView[] = [{ name: 'ana', read: ['Photographs'], write: ['Music'] }]

  constructor(now: number) {
    this.#jobs = [
      {
        id: 'j1',
        name: 'tickets.pdf',
        user: 'ana',
        printer: 'Pine',
        way: 'from here',
        device: livingRoom,
        state: 'printing',
        bytes: 240_000,
        at: now,
      },
      {
        id: 'j2',
        name: 'letter.pdf',
        user: 'ana',
        printer: 'Study',
        way: 'from here',
        state: 'done',
        bytes: 9_000,
        at: 0,
      },
    ]
    const ask = (id: string, name: string, state: VisitAsk['state'], received: number): VisitAsk => ({
      id,
      name,
      size: 4_200_000,
      from: '192.168.1.77',
      state,
      received,
      ...(state === 'done' ? { path: `/home/ana/Downloads/${name}` } : {}),
    })
    this.#visits = [
      {
        id: 'v1',
        kind: 'receive',
        links: ['http://192.168.1.20:40211/0Y9Wl3kqk0m2Zz8p2uW5Bw', 'http://127.0.0.1:40211/0Y9Wl3kqk0m2Zz8p2uW5Bw'],
        pin: true,
        localsend: false,
        until: now + 3_600_000,
        asks: [
          ask('a1', 'IMG_2031.jpg', 'waiting', 0),
          ask('a2', 'IMG_2030.jpg', 'coming', 2_900_000),
          ask('a3', 'IMG_2029.jpg', 'done', 4_200_000),
        ],
      },
    ]
  }

  view({ view }: NearViews): unknown {
    return view === 'printers' ? this.#printers : view === 'nearbyPrinters' ? this.#nearby : this.#jobs
  }

  answer(method: string, url: URL, given: Record<string, unknown>, now: number): Answer | undefined {
    const [, area, id = '', verb, third] = url.pathname.split('/').map(decodeURIComponent)
    switch (area ?? '') {
      case 'devices':
        if (verb !== 'tree') return method === 'GET' ? { status: 200, value: id === '' ? devices : [] } : undefined
        if (method === 'POST') return { status: 200, value: { duplicate: false, transfer: {} } }
        return { status: 200, value: trees[url.searchParams.get('path') ?? ''] ?? { folders: [], files: [] } }
      case 'gifts':
        return method === 'GET' ? { status: 200, value: gifts } : undefined
      case 'invitations':
      case 'games':
      case 'uploads':
      case 'segments':
      case 'deliveries':
        return method === 'GET' ? { status: 200, value: [] } : undefined
      case 'internet':
        if (method !== 'GET') return undefined
        return { status: 200, value: id === '' ? { lending: false, loans: [], asks: [], borrowed: [] } : [] }
      case 'printers':
        return this.#print(method, id, verb, given)
      case 'visits':
        return this.#visit(method, id, third, given, now)
      case 'dav':
        return this.#dav(method, verb, given)
      default:
        return undefined
    }
  }

  #print(method: string, id: string, verb: string | undefined, given: Record<string, unknown>): Answer {
    if (id === 'jobs' && method === 'DELETE') {
      this.#jobs = this.#jobs.map((job) => (job.id === verb ? { ...job, state: 'cancelled' } : job))
    }
    if (verb === 'to') {
      const named = devices
        .filter((one) => (given['to'] as string[]).includes(one.id))
        .map(({ id: key, name }) => ({ id: key, name }))
      this.#printers = this.#printers.map((one) => (one.id === id ? { ...one, to: named } : one))
    }
    return { status: 200, value: this.#printers[0] }
  }

  #visit(method: string, id: string, ask: string | undefined, given: Record<string, unknown>, now: number): Answer {
    if (method === 'GET') return { status: 200, value: this.#visits }
    if (method === 'DELETE') this.#visits = this.#visits.filter((visit) => visit.id !== id)
    if (ask !== undefined) {
      const state = given['yes'] === true ? 'agreed' : 'refused'
      this.#visits = this.#visits.map((visit) => ({
        ...visit,
        asks: visit.asks.map((one) => (one.id === ask ? { ...one, state } : one)),
      }))
    }
    if (method !== 'POST' || id !== '') return { status: 204 }
    const { path, pin, seconds = 3_600 }: VisitRequest = given
    const made: VisitView = {
      id: `v${now}`,
      kind: path === undefined ? 'receive' : 'offer',
      links: ['http://192.168.1.20:40211/Xk2mW5BwYl0Zz8p29Wl3kq'],
      pin: pin !== undefined,
      localsend: false,
      until: now + seconds * 1000,
      ...(path === undefined ? {} : { name: path.slice(path.lastIndexOf('/') + 1) }),
      asks: [],
    }
    this.#visits.push(made)
    return { status: 200, value: made }
  }

  #dav(method: string, name: string | undefined, given: Record<string, unknown>): Answer {
    if (name === undefined) {
      return { status: 200, value: { on: true, url: 'http://127.0.0.1:7338/', users: this.#users } }
    }
    const before = this.#users.find((one) => one.name === name)
    this.#users = this.#users.filter((one) => one !== before)
    if (method === 'DELETE') return { status: 204 }
    const { read, write }: DavUserRequest = given
    const user = { name, read: read ?? before?.read ?? [], write: write ?? before?.write ?? [] }
    this.#users.push(user)
    return { status: 200, value: user }
  }
}
