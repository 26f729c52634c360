import type {
  TransferFile,
  FileWindow,
  PieceMap,
  PriorityWord,
  SourceView,
  WindowQuery,
} from '@kith/api/transfer-parts.ts'
import type { GatewayView } from '@kith/api/gateways.ts'
import type { Transfer, TransferDetails, TransferQuery, TransferSort, TransferWindow } from '@kith/api/transfers.ts'
import { priorityWords } from '@kith/api/transfer-parts.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import { usual } from '@kith/core/transfer/priorities.ts'
import { blockSize } from '@kith/core/transfer/lane.ts'
import type { WishFacts } from '@kith/core/transfer/wish.ts'
import type { Entry } from '../transfers/entry.ts'
import { faultView } from './fault-view.ts'

const defaultCount = 100

/** One row of the list. */
export function transferView(entry: Entry, now: number): Transfer {
  const { record, transfer, budget, fault } = entry
  const { wanted, had } = sums(entry)
  const downRate = budget?.rate('down', now) ?? 0
  const upRate = budget?.rate('up', now) ?? 0
  const lanes = transfer === undefined ? [] : [...transfer.lanes()]
  const checked = transfer?.checked.current
  const size = record.size ?? 0
  const progress =
    checked !== undefined && size > 0 ? checked / size : wanted === undefined ? 0 : wanted === 0 ? 1 : had / wanted
  const left = (wanted ?? 0) - had
  return {
    id: record.id,
    name: record.name,
    state: entry.state,
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
    ...(record.label === undefined ? {} : { label: record.label }),
    networks: [...record.hints.keys()],
    ...(record.size === undefined ? {} : { size: record.size }),
    ...(wanted === undefined ? {} : { wanted }),
    had,
    progress: Math.min(1, progress),
    downRate,
    upRate,
    down: record.down,
    up: record.up,
    ...(record.downLimit === undefined ? {} : { downLimit: record.downLimit }),
    ...(record.upLimit === undefined ? {} : { upLimit: record.upLimit }),
    ratio: size === 0 ? 0 : record.up / size,
    ...(entry.state === 'getting' && left > 0 && downRate >= 1 ? { eta: Math.ceil(left / downRate) } : {}),
    peers: lanes.length,
    sources: lanes.filter(({ claimed }) => claimed > 0).length,
    sequential: record.sequential,
    addedAt: record.addedAt,
    ...(record.completedAt === undefined ? {} : { completedAt: record.completedAt }),
    directory: record.directory,
    ...(record.diskName === undefined ? {} : { path: `${record.directory}/${record.diskName}` }),
  }
}

/** Bytes that are wanted, and how many of them are had. */
function sums(entry: Entry): { wanted: number | undefined; had: number } {
  const { record, had } = entry
  const everything = record.priorities.every((priority) => priority > 0)
  if (everything && entry.paddingless) return { wanted: record.size, had: had.length }
  const { layout } = entry
  if (layout === undefined) return { wanted: record.size, had: had.length }
  let wanted = 0
  let there = 0
  for (const [index, file] of layout.files.entries()) {
    if (file.padding || (record.priorities[index] ?? usual) === 0) continue
    wanted += file.size
    there += had.lengthWithin(file.offset, file.offset + file.size)
  }
  return { wanted, had: there }
}

/** How many are verified, each at once, and how long the first is, in bytes. */
export interface Pieces {
  readonly count: number
  readonly length: number
}

export interface DetailsWorld {
  gateways(id: string): readonly Gateway[]
  links(entry: Entry): readonly string[]
  /** What is kept of it tells people, and why it cannot be read, where it cannot. */
  said(entry: Entry): {
    readonly facts: WishFacts
    readonly pieces: Pieces | undefined
    readonly fault: Fault | undefined
  }
}

export function detailsView(entry: Entry, now: number, world: DetailsWorld): TransferDetails {
  const { record, transfer, layout } = entry
  const grid = transfer?.grid
  const { facts, fault, pieces: said } = world.said(entry)
  const { comment, createdBy, private: isPrivate } = facts
  const pieces =
    grid === undefined || grid.count === 0 ? said : { count: grid.count, length: grid.end(0) - grid.start(0) }
  return {
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
    // What goes on is told before what is damaged.
    ...transferView(entry, now),
    digests: record.digests,
    links: world.links(entry),
    ...(comment === undefined ? {} : { comment }),
    ...(createdBy === undefined ? {} : { createdBy }),
    private: isPrivate,
    ...(layout === undefined ? {} : { files: layout.files.filter(({ padding }) => padding !== true).length }),
    ...(pieces === undefined ? {} : { pieces: pieces.count, pieceLength: pieces.length }),
    wasted: transfer?.wasted ?? 0,
    banned: transfer?.bans() ?? [],
    gateways: world.gateways(record.id).map(gatewayView),
  }
}

export function gatewayView({ address, kind, state, note, fault, nextAt }: Gateway): GatewayView {
  return {
    address,
    kind,
    state,
    ...(note === undefined ? {} : { note }),
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
    ...(nextAt === undefined ? {} : { nextAt }),
  }
}

const orders: Readonly<Record<TransferSort, (row: Transfer) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  addedAt: ({ addedAt }) => addedAt,
  completedAt: ({ completedAt }) => completedAt ?? 0,
  size: ({ size }) => size ?? 0,
  progress: ({ progress }) => progress,
  downRate: ({ downRate }) => downRate,
  upRate: ({ upRate }) => upRate,
  ratio: ({ ratio }) => ratio,
  eta: ({ eta }) => eta ?? Infinity,
  state: ({ state }) => state,
}

/** A window of the list, with how many there are of each kind in all of it. */
export function transferWindow(entries: Iterable<Entry>, query: TransferQuery, now: number): TransferWindow {
  const all = [...entries].map((entry) => transferView(entry, now))
  const words = (query.filter ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  const isActive = (row: Transfer): boolean => row.downRate >= 1 || row.upRate >= 1
  const rows = all.filter(
    (row) =>
      words.every((word) => row.name.toLowerCase().includes(word)) &&
      (query.state === undefined || (query.state === 'active' ? isActive(row) : row.state === query.state)) &&
      (query.label === undefined || row.label === query.label) &&
      (query.network === undefined || row.networks.includes(query.network)),
  )
  const order = orders[query.sort ?? 'addedAt']
  const sign = (query.descending ?? query.sort === undefined) ? -1 : 1
  rows.sort((a, b) => sign * compare(order(a), order(b)) || (a.id < b.id ? -1 : 1))
  const from = query.from ?? 0
  const states = tally(all.map(({ state }) => state))
  return {
    total: rows.length,
    from,
    rows: rows.slice(from, from + (query.count ?? defaultCount)),
    states: { ...states, all: all.length, active: all.filter(isActive).length },
    labels: tally(all.flatMap(({ label }) => (label === undefined ? [] : [label]))),
    networks: tally(all.flatMap(({ networks }) => networks)),
  }
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

export function fileWindow(entry: Entry, query: WindowQuery): FileWindow {
  const { layout, record, had } = entry
  const from = query.from ?? 0
  if (layout === undefined) return { total: 0, from, rows: [] }
  const to = from + (query.count ?? defaultCount)
  const rows: TransferFile[] = []
  let total = 0
  for (const [index, { path, offset, size, padding }] of layout.files.entries()) {
    if (padding === true) continue
    if (total >= from && total < to) {
      const priority = priorityWord(record.priorities[index] ?? usual)
      rows.push({ index, path: path.join('/'), size, had: had.lengthWithin(offset, offset + size), priority })
    }
    total++
  }
  return { total, from, rows }
}

function priorityWord(priority: number): PriorityWord {
  return priorityWords[priority]!
}

export function sourceViews(entry: Entry): readonly SourceView[] {
  const { transfer } = entry
  if (transfer === undefined) return []
  return [...transfer.lanes()].map(({ lane, received, claimed, parole }) => {
    const facts = lane.facts?.()
    const idle = lane.idle()
    return {
      network: lane.peer.network,
      name: lane.peer.name,
      ...(lane.peer.client === undefined ? {} : { client: lane.peer.client }),
      via: lane.via,
      downRate: lane.rate(),
      upRate: facts?.upRate ?? 0,
      received,
      progress: facts?.progress ?? 1,
      asked: claimed * blockSize,
      ...(idle === undefined ? {} : { idle }),
      incoming: facts?.incoming ?? false,
      taking: facts?.taking ?? false,
      parole,
    }
  })
}

/** Shares of equal parts that are had, 0 to 255 each. */
export function pieceMap(entry: Entry, buckets = 512): PieceMap {
  const size = entry.record.size ?? 0
  const count = Math.max(1, Math.min(buckets, size))
  const out = Buffer.alloc(count)
  const { had } = entry
  for (let at = 0; at < count && size > 0; at++) {
    const start = Math.floor((at * size) / count)
    const end = Math.floor(((at + 1) * size) / count)
    out[at] = Math.floor((had.lengthWithin(start, end) * 255) / Math.max(1, end - start))
  }
  return { buckets: out.toString('base64') }
}
