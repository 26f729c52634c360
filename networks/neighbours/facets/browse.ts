import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { digestBy } from '@kith/core/content/content.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Browse, FileEntry } from '@kith/core/network/facets.ts'
import type { Shelf } from '@kith/core/network/devices.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { formatKithLink } from '../wire/links.ts'
import { decodeList, encodeList, type Given, MOST_LIST_BYTES, MOST_LISTED } from '../wire/messages.ts'

/** What paired devices may look at: the contents that the user put on the shelf, and nothing else. */
export class OwnShelf implements Shelf {
  readonly #keep: Keep
  readonly #shown: Set<string>

  constructor(keep: Keep) {
    this.#keep = keep
    const bytes = keep.get('shelf')
    const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 2 }))
    const list = read?.ok === true ? read.value.list('shown') : undefined
    this.#shown = new Set([...(list?.needBytes() ?? [])].map(lossyText))
  }

  has(of: Digest): boolean {
    return this.#shown.has(of)
  }

  show(of: Digest, shown: boolean): void {
    if (shown && !this.#shown.has(of) && this.#shown.size >= MOST_LISTED) {
      throw fail('input', 'neighbours/shelf-full', `At most ${MOST_LISTED} things lie on the shelf`, {
        hint: 'Share a folder instead.',
      })
    }
    if (shown) this.#shown.add(of)
    else this.#shown.delete(of)
    this.#keep.set('shelf', encode({ shown: [...this.#shown] }))
  }
}

/** What lies on the shelves of others. */
export function browse(lines: Lines): Browse {
  return {
    browse: (peer, signal) => lookAt(lines, peer.key, signal),
  }
}

/** What a device lets us fetch. @throws FaultError `gone`, `peer`, `unavailable` */
export async function* lookAt(lines: Lines, id: string, signal: AbortSignal): AsyncGenerator<FileEntry> {
  const answer = await lines.ask(id, { method: 'GET', target: '/shelf', signal })
  for (const { digests, name, size } of decodeList(await wholeOf(answer, MOST_LIST_BYTES))) {
    const link = formatKithLink({ digests, name, size }, { from: [id] })
    yield { path: [name], size, digests, ...(link === undefined ? {} : { link }) }
  }
}

/** Our own shelf. Undefined for questions about something else. */
export function answerShelf(
  shelf: Shelf,
  running: ReadonlyMap<Digest, Subject>,
  { method, target }: PeerQuestion,
): OurAnswer | undefined {
  if (target !== '/shelf') return undefined
  if (method !== 'GET') return { status: 405 }
  return {
    status: 200,
    body: encodeList([...running].flatMap(([id, subject]) => (shelf.has(id) ? line(subject) : []))),
  }
}

function line(subject: Subject): readonly Given[] {
  const id = digestBy(subject.content, 'kith')
  const layout = subject.layout.current
  if (id === undefined || layout === undefined || !subject.had(0, layout.size)) return []
  return [{ digests: [id], name: layout.name, size: layout.size, files: layout.files.length }]
}
