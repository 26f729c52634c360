import type { Wish } from '../transfer/wish.ts'

/** A link form that a network understands; parsing and formatting are pure. */
export interface LinkKind {
  /** Without the colon, in lower case: `magnet`, `ed2k`. */
  readonly scheme: string
  /** Undefined when the link is well formed but holds nothing for this network.
   * @throws FaultError `input` for a malformed link */
  parse(text: string): Wish | undefined
}

/** A document that asks for something, such as a `.torrent`. */
export interface FileKind {
  readonly extension: string
  readonly mediaType: string
  /** A quick look at the first bytes. */
  recognise(head: Uint8Array): boolean
  /** @throws FaultError `input` */
  parse(bytes: Uint8Array): Wish
}
