import { assertNever, fail } from '@kith/core/fault/fault.ts'

/** Identifiers of messages (BEP 3, 5, 6, 10). */
export const messageId = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  piece: 7,
  cancel: 8,
  port: 9,
  suggest: 13,
  haveAll: 14,
  haveNone: 15,
  reject: 16,
  allowedFast: 17,
  extended: 20,
} as const

/** A block of a piece: `begin` and `length` in bytes. */
export interface Block {
  readonly piece: number
  readonly begin: number
  readonly length: number
}

/** Messages that are only a word. */
export type Word = 'choke' | 'unchoke' | 'interested' | 'notInterested' | 'haveAll' | 'haveNone'
/** Messages about a piece. */
export type PieceWord = 'have' | 'suggest' | 'allowedFast'
/** Messages about a block. */
export type BlockWord = 'request' | 'cancel' | 'reject'

export type BlockMessage = { readonly [Kind in BlockWord]: { readonly kind: Kind } & Block }[BlockWord]

/** One message of the peer wire protocol. Byte arrays in a decoded message are views of what was decoded. */
export type PeerMessage =
  | { readonly kind: 'keepAlive' }
  | { readonly kind: Word }
  | { readonly kind: PieceWord; readonly piece: number }
  | BlockMessage
  | { readonly kind: 'bitfield'; readonly bits: Uint8Array }
  | { readonly kind: 'piece'; readonly piece: number; readonly begin: number; readonly block: Uint8Array }
  | { readonly kind: 'port'; readonly port: number }
  /** `id` is 0 for the extended handshake, else what the receiver chose for an extension (BEP 10). */
  | { readonly kind: 'extended'; readonly id: number; readonly payload: Uint8Array }
  /** Of some extension that we do not speak: to be passed over. */
  | { readonly kind: 'unknown'; readonly id: number }

/** Bytes before the block in a piece message. */
export const pieceHeaderSize: number = 13

/** Writes what goes before the block of a piece message at `at` of `into`. */
export function pieceHeader(into: Uint8Array, at: number, piece: number, begin: number, length: number): void {
  setU32(into, at, 9 + length)
  into[at + 4] = messageId.piece
  setU32(into, at + 5, piece)
  setU32(into, at + 9, begin)
}

export function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

export function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

function frame(id: number, payload: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(5 + payload)
  setU32(out, 0, 1 + payload)
  out[4] = id
  return out
}

/** The message with its length in front. */
export function encodeMessage(message: PeerMessage): Uint8Array<ArrayBuffer> {
  switch (message.kind) {
    case 'keepAlive':
      return new Uint8Array(4)
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'notInterested':
    case 'haveAll':
    case 'haveNone':
      return frame(messageId[message.kind], 0)
    case 'have':
    case 'suggest':
    case 'allowedFast': {
      const out = frame(messageId[message.kind], 4)
      setU32(out, 5, message.piece)
      return out
    }
    case 'request':
    case 'cancel':
    case 'reject': {
      const out = frame(messageId[message.kind], 12)
      setU32(out, 5, message.piece)
      setU32(out, 9, message.begin)
      setU32(out, 13, message.length)
      return out
    }
    case 'bitfield': {
      const out = frame(messageId.bitfield, message.bits.length)
      out.set(message.bits, 5)
      return out
    }
    case 'piece': {
      const out = new Uint8Array(pieceHeaderSize + message.block.length)
      pieceHeader(out, 0, message.piece, message.begin, message.block.length)
      out.set(message.block, pieceHeaderSize)
      return out
    }
    case 'port': {
      const out = frame(messageId.port, 2)
      out[5] = message.port >>> 8
      out[6] = message.port
      return out
    }
    case 'extended': {
      const out = frame(messageId.extended, 1 + message.payload.length)
      out[5] = message.id
      out.set(message.payload, 6)
      return out
    }
    case 'unknown':
      return frame(message.id, 0)
    default:
      return assertNever(message)
  }
}

/**
 * Decodes a message without the length in front of it.
 * @throws FaultError `peer` `bittorrent/message-length` when the length is not one that this message has
 */
export function decodeMessage(bytes: Uint8Array): PeerMessage {
  const id = bytes[0]
  const length = bytes.length - 1
  switch (id) {
    case undefined:
      return { kind: 'keepAlive' }
    case messageId.choke:
      return word('choke', length)
    case messageId.unchoke:
      return word('unchoke', length)
    case messageId.interested:
      return word('interested', length)
    case messageId.notInterested:
      return word('notInterested', length)
    case messageId.haveAll:
      return word('haveAll', length)
    case messageId.haveNone:
      return word('haveNone', length)
    case messageId.have:
      return aboutPiece('have', bytes)
    case messageId.suggest:
      return aboutPiece('suggest', bytes)
    case messageId.allowedFast:
      return aboutPiece('allowedFast', bytes)
    case messageId.request:
      return aboutBlock('request', bytes)
    case messageId.cancel:
      return aboutBlock('cancel', bytes)
    case messageId.reject:
      return aboutBlock('reject', bytes)
    case messageId.bitfield:
      return { kind: 'bitfield', bits: bytes.subarray(1) }
    case messageId.piece:
      if (length < 8) throw wrongLength('piece', length)
      return { kind: 'piece', piece: u32(bytes, 1), begin: u32(bytes, 5), block: bytes.subarray(9) }
    case messageId.port:
      need('port', length, 2)
      return { kind: 'port', port: (bytes[1]! << 8) | bytes[2]! }
    case messageId.extended:
      if (length < 1) throw wrongLength('extended', length)
      return { kind: 'extended', id: bytes[1]!, payload: bytes.subarray(2) }
    default:
      return { kind: 'unknown', id }
  }
}

function word(kind: Word, length: number): PeerMessage {
  need(kind, length, 0)
  return { kind }
}

function aboutPiece(kind: PieceWord, bytes: Uint8Array): PeerMessage {
  need(kind, bytes.length - 1, 4)
  return { kind, piece: u32(bytes, 1) }
}

function aboutBlock(kind: BlockWord, bytes: Uint8Array): PeerMessage {
  need(kind, bytes.length - 1, 12)
  return { kind, piece: u32(bytes, 1), begin: u32(bytes, 5), length: u32(bytes, 9) }
}

function need(kind: string, length: number, expected: number): void {
  if (length !== expected) throw wrongLength(kind, length)
}

function wrongLength(kind: string, length: number): Error {
  return fail('peer', 'bittorrent/message-length', `It sent the message “${kind}” with ${length} bytes`)
}
