/** What of the Talk screen stands in the address. */
export interface TalkSearch {
  /** The id of the room that is open. */
  readonly room?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function talkSearch({ room }: Readonly<Record<string, unknown>>): TalkSearch {
  return typeof room === 'string' && room !== '' ? { room: room.slice(0, 500) } : {}
}
