import { fail } from '@kith/core/fault/fault.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { deviceId, idBytes } from './device-id.ts'
import { MOST_MESSAGE_BYTES, shownName } from './messages.ts'

export const MESSAGE_ID_BYTES = 16
/** Longer is a file. */
const LONGEST_TEXT_BYTES = 16_000
const MOST_MEMBERS = 100

/** A room of several devices; every message carries it, so that who was away knows where it belongs. */
export interface Group {
  /** Hex. */
  readonly id: string
  readonly title: string
  /** Device ids, whoever speaks among them. */
  readonly members: readonly string[]
}

/** Something that was said, to one device or to a group. */
export interface Said {
  /** Hex; the same message may come twice. */
  readonly id: string
  readonly text: string
  /** Milliseconds since the epoch, by the clock of who said it. */
  readonly at: number
  readonly group?: Group
}

/** @throws FaultError `input` `neighbours/too-long` */
export function checkText(text: string): void {
  const { length } = utf8(text)
  if (length > 0 && length <= LONGEST_TEXT_BYTES) return
  throw fail('input', 'neighbours/text-length', 'A message has between 1 and 16,000 bytes', {
    hint: 'Send it as a file.',
  })
}

export function encodeSaid({ id, text, at, group }: Said): Uint8Array<ArrayBuffer> {
  return encode({
    id: Uint8Array.fromHex(id),
    text,
    at,
    group:
      group === undefined
        ? undefined
        : { id: Uint8Array.fromHex(group.id), title: group.title, members: group.members.map(idBytes) },
  })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeSaid(bytes: Uint8Array): Said {
  const dict = decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 4, maxItems: 1_024 })
  const text = dict.needBytes('text')
  const at = dict.needInteger('at')
  const group = dict.dict('group')
  const members = [...(group?.list('members')?.needBytes() ?? [])].map(deviceId)
  if (text.length === 0 || text.length > LONGEST_TEXT_BYTES || at < 0 || members.length > MOST_MEMBERS) {
    throw broken('neighbours/message', 'What was said makes no sense')
  }
  return {
    id: named(dict.needBytes('id')),
    text: lossyText(text).toWellFormed(),
    at,
    ...(group === undefined
      ? {}
      : {
          group: {
            id: named(group.needBytes('id')),
            title: shownName(lossyText(group.needBytes('title'))),
            members: [...new Set(members)],
          },
        }),
  }
}

function named(bytes: Uint8Array): string {
  if (bytes.length !== MESSAGE_ID_BYTES) throw broken('neighbours/message', 'A message or room has a wrong name')
  return bytes.toHex()
}
