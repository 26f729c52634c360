/** Kinds of files that Direct Connect can be asked for. */
export type QuestionKind = 'audio' | 'archive' | 'document' | 'program' | 'image' | 'video' | 'folder'

/** A search as it travels. */
export interface Question {
  /** Each has to occur somewhere in the path, in any case. */
  readonly words: readonly string[]
  readonly without: readonly string[]
  /** Bytes, both included. */
  readonly minimumSize?: number
  readonly maximumSize?: number
  readonly kind?: QuestionKind
  readonly extensions: readonly string[]
  /** Root of a Tiger tree; then nothing else counts. */
  readonly tth?: Uint8Array
}
