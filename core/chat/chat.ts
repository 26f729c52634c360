export interface Room {
  readonly id: string
  readonly title: string
  /** A private talk with one peer, or a room of many. */
  readonly kind: 'private' | 'public'
  readonly people: number
}

export interface Message {
  readonly room: string
  readonly from: string
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly own: boolean
}
