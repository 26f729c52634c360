import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf, digest, digestOf, type Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { SharedTrees } from '@kith/core/network/devices.ts'
import type { Share, Shares, Viewer } from '@kith/core/share/share.ts'
import { filesIn, type Layout, type LayoutFile } from '@kith/core/transfer/layout.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { tigerRoot } from '@kith/wire/hash/tiger-tree.ts'
import { attempt } from '@kith/wire/fault.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import type { Held, Stretch } from '../data/give.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { encodeHint } from '../wire/hint.ts'
import {
  decodeListing,
  decodeWords,
  encodeFound,
  encodeListing,
  formatPath,
  MOST_FOUND,
  MOST_IN_FOLDER,
  parsePath,
} from '../wire/listing.ts'
import { encodeManifest, manifestDigest, MOST_MANIFEST_BYTES, parseManifest } from '../wire/manifest.ts'
import { MOST_LIST_BYTES, MOST_MESSAGE_BYTES } from '../wire/messages.ts'
import type { AskedRange } from '../wire/ranges.ts'

/** Contents that devices were told of, or told us of; the one that nobody asked for the longest is forgotten. */
const MOST_KNOWN = 200
/** Files that devices found by words, of which only the place is remembered. */
const MOST_PLACES = 10_000
/** Files of one folder that is fetched as one. */
const MOST_FILES = 20_000
/** A manifest that a device shows to us: 20,000 files with 512 leaves each would be more than it is worth. */
const MOST_SHOWN_BYTES = 16 * 1024 * 1024
/** Whoever is paired is a friend; who comes from our own network is local as well. */
const local =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|127\.|::1$|fe[89ab][0-9a-f]:|f[cd][0-9a-f]{2}:)/i

interface Known {
  readonly manifest: Uint8Array
  readonly layout: Layout
  /** Root of the Tiger tree of each file. */
  readonly roots: readonly Digest[]
}

/** What our shared folders give to paired devices, by audience. What was hashed for the library is not hashed again. */
export class SharedContents {
  readonly #shares: Shares
  readonly #tiger: TigerKernel
  readonly #known = new Map<Digest, Known>()
  readonly #places = new Map<Digest, readonly string[]>()

  constructor(shares: Shares, tiger: TigerKernel) {
    this.#shares = shares
    this.#tiger = tiger
  }

  /** Undefined for questions about something else. @throws FaultError `peer` for those that make no sense */
  async answer(question: PeerQuestion): Promise<OurAnswer | undefined> {
    const { method, target } = question
    const viewer = viewerAt(question)
    const [, what, query = ''] = /^\/(files|content|find)(?:\?(.*))?$/s.exec(target) ?? []
    if (what === 'find') {
      if (method !== 'POST') return { status: 405 }
      return { status: 200, body: this.#find(decodeWords(await question.body(MOST_MESSAGE_BYTES)), viewer) }
    }
    if (what !== undefined) {
      if (method !== 'GET') return { status: 405 }
      const path = parsePath(query)
      const body = what === 'files' ? this.#list(path, viewer) : this.#content(path, viewer)
      return body === undefined ? { status: 404 } : { status: 200, body }
    }
    const [, of, hex = ''] = /^\/(manifest|have)\/([0-9a-f]{64})$/.exec(target) ?? []
    if (of === undefined) return undefined
    const id = digest(`kith:${hex}`)
    if (of === 'have' && method === 'POST') {
      return { status: this.#learn(id, await question.body(MOST_SHOWN_BYTES), viewer) ? 200 : 404 }
    }
    const known = this.#recall(id, viewer)
    if (known === undefined || method !== 'GET') return undefined
    if (of === 'manifest') return { status: 200, body: known.manifest }
    return { status: this.#hasAll(known, viewer) ? 200 : 404 }
  }

  /** A content of shared folders, for who asks. */
  held(id: Digest, question: PeerQuestion): Held | undefined {
    const viewer = viewerAt(question)
    const known = this.#recall(id, viewer)
    if (known === undefined) return undefined
    return {
      size: known.layout.size,
      stretches: (ranges) => this.#stretches(known, ranges, viewer),
      gave() {},
    }
  }

  #recall(id: Digest, viewer: Viewer): Known | undefined {
    const known = this.#known.get(id) ?? this.#found(id, viewer)
    if (known !== undefined) remember(this.#known, MOST_KNOWN, id, known)
    return known
  }

  #list(path: readonly string[], viewer: Viewer): Uint8Array | undefined {
    const folder = this.#shares.folder(path, viewer)
    if (folder === undefined) return undefined
    const files = folder.files
      .slice(0, MOST_IN_FOLDER)
      .map(({ path: at, content: { size } }) => ({ name: at.at(-1)!, size }))
    return encodeListing({ folders: folder.folders.slice(0, MOST_IN_FOLDER), files })
  }

  #find(words: readonly string[], viewer: Viewer): Uint8Array {
    if (words.length === 0) return encodeFound([])
    const found = this.#shares.search({ words }, MOST_FOUND, viewer)
    return encodeFound(
      found.flatMap((share) => {
        const root = rootOf(share)
        const made = root === undefined ? undefined : describe(share.path.at(-1)!, true, share.path.length, [share])
        if (root === undefined || made === undefined) return []
        const id = manifestDigest(made.manifest)
        remember(this.#places, MOST_PLACES, id, share.path)
        return [{ path: share.path, size: share.content.size, tth: bytesOf(root), id: bytesOf(id) }]
      }),
    )
  }

  /** The manifest of a file, or of a folder with all that is in it. */
  #content(path: readonly string[], viewer: Viewer): Uint8Array | undefined {
    const name = path.at(-1)
    if (name === undefined) return undefined
    const file = this.#shares.folder(path.slice(0, -1), viewer)?.files.find((one) => one.path.at(-1) === name)
    const shares = file === undefined ? [...below(this.#shares, path, viewer)] : [file]
    if (shares.length === 0 || shares.length > MOST_FILES) return undefined
    const made = describe(name, file !== undefined, path.length, shares)
    if (made === undefined) return undefined
    remember(this.#known, MOST_KNOWN, manifestDigest(made.manifest), made)
    return made.manifest
  }

  /** A device shows what it fetches: perhaps we share the same. */
  #learn(id: Digest, manifest: Uint8Array, viewer: Viewer): boolean {
    if (digestOf('kith', hash('sha256', manifest)) !== id) return false
    const parsed = attempt(() => parseManifest(manifest))
    if (!parsed.ok || parsed.value.proofs.some(({ algorithm }) => algorithm !== 'tth')) return false
    const { layout, proofs } = parsed.value
    if (layout.files.length > MOST_FILES) return false
    const rootAt = new Map(proofs.map(({ start, expected }) => [start, tigerRoot(this.#tiger, expected)]))
    const roots = layout.files.map(({ offset, size }) =>
      size === 0 ? emptyRoot : digestOf('tth', rootAt.get(offset)!),
    )
    const known: Known = { manifest, layout, roots }
    if (!this.#hasAll(known, viewer)) return false
    remember(this.#known, MOST_KNOWN, id, known)
    return true
  }

  #hasAll({ layout, roots }: Known, viewer: Viewer): boolean {
    return layout.files.every(({ size }, index) => size === 0 || this.#share(roots[index]!, size, viewer) !== undefined)
  }

  #share(root: Digest, size: number, viewer: Viewer): Share | undefined {
    return this.#shares.find(root, viewer).find(({ content }) => content.size === size)
  }

  #stretches(known: Known, ranges: readonly AskedRange[], viewer: Viewer): readonly Stretch[] | undefined {
    const stretches: Stretch[] = []
    for (const { start, end } of ranges) {
      for (const [index, file] of within(known.layout, start, end)) {
        // Looked up each time: what is shared no more is given no more.
        const share = this.#share(known.roots[index]!, file.size, viewer)
        if (share === undefined) return undefined
        const from = Math.max(start - file.offset, 0)
        const length = Math.min(end - file.offset, file.size) - from
        stretches.push({
          length,
          read: (at, into) => share.read(from + at, [into]),
          place: () => share.place?.(from, from + length),
        })
      }
    }
    return stretches
  }

  /** What was found by words, if it is still what it was. */
  #found(id: Digest, viewer: Viewer): Known | undefined {
    const place = this.#places.get(id)
    if (place !== undefined) this.#content(place, viewer)
    return this.#known.get(id)
  }
}

function viewerAt({ remote }: PeerQuestion): Viewer {
  const audiences = ['everyone', 'friends', ...(local.test(remote.host) ? (['local'] as const) : [])] as const
  return { network: 'neighbours', audiences }
}

/** As the newest; the oldest is forgotten. */
function remember<T>(into: Map<Digest, T>, most: number, id: Digest, what: T): void {
  into.delete(id)
  into.set(id, what)
  if (into.size > most) into.delete(into.keys().next().value!)
}

const emptyRoot = '' as Digest

function rootOf({ content }: Share): Digest | undefined {
  return digestBy(content, 'tth')
}

function* within(layout: Layout, start: number, end: number): Generator<readonly [number, LayoutFile]> {
  const { first, last } = filesIn(layout, start, end)
  for (let index = first; index <= last; index++) {
    const file = layout.files[index]!
    if (file.size > 0 && file.offset + file.size > start && file.offset < end) yield [index, file]
  }
}

function* below(shares: Shares, path: readonly string[], viewer: Viewer): Generator<Share> {
  const folder = shares.folder(path, viewer)
  if (folder === undefined) return
  yield* folder.files
  for (const name of folder.folders) yield* below(shares, [...path, name], viewer)
}

/** Undefined when there are no bytes in it, or a file is not known well enough. */
function describe(name: string, single: boolean, depth: number, shares: readonly Share[]): Known | undefined {
  const files: LayoutFile[] = []
  const proofs: Proof[] = []
  const roots: Digest[] = []
  let offset = 0
  for (const share of shares) {
    const { size } = share.content
    const root = rootOf(share)
    const tree = share.trees?.()?.tth
    if (size > 0 && (root === undefined || tree === undefined)) return undefined
    files.push({ path: single ? [safeName(name)] : share.path.slice(depth), offset, size })
    roots.push(root ?? emptyRoot)
    if (size > 0) {
      const { blockBytes: leaf, leaves: expected } = tree!
      proofs.push({ start: offset, end: offset + size, leaf, algorithm: 'tth', digestSize: 24, expected })
    }
    offset += size
  }
  if (offset === 0) return undefined
  const layout: Layout = { name: safeName(name), single, size: offset, files }
  return { manifest: encodeManifest({ layout, proofs }), layout, roots }
}

/** What the shared folders of others hold. */
export function sharedTrees(lines: Lines): SharedTrees {
  return {
    async list(device, path, signal) {
      const answer = await lines.ask(device, { method: 'GET', target: `/files?${formatPath(path)}`, signal })
      return decodeListing(await wholeOf(answer, MOST_LIST_BYTES))
    },
    async wish(device, path, signal) {
      const answer = await lines.ask(device, { method: 'GET', target: `/content?${formatPath(path)}`, signal })
      const manifest = await wholeOf(answer, MOST_MANIFEST_BYTES)
      const parsed = attempt(() => parseManifest(manifest), 'peer')
      if (!parsed.ok) throw fail('peer', 'neighbours/manifest', parsed.fault.message, { cause: parsed.fault })
      const { name, size } = parsed.value.layout
      return {
        content: { digests: [manifestDigest(manifest)], name, size },
        hints: { neighbours: encodeHint({ manifest, from: [device] }) },
      }
    },
  }
}
