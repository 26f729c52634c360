/** A BitTorrent client of somebody else, all with the same few verbs. */
export interface ForeignClient extends AsyncDisposable {
  readonly name: string
  /** Where peers reach it. */
  readonly port: number
  /** Fetches to, or gives from, a folder. What is in it already is checked first. */
  add(what: { readonly torrent?: Uint8Array; readonly magnet?: string; readonly folder: string }): Promise<void>
  /** Bytes of the newest torrent that are verified there, and whether that is all of it. */
  progress(): Promise<{ readonly done: boolean; readonly bytes: number }>
}

/** Waits until a client has everything. */
export async function fetched(client: ForeignClient, ms = 75_000): Promise<void> {
  const end = Date.now() + ms
  for (;;) {
    const progress = await client.progress()
    if (progress.done) return
    if (Date.now() > end) throw new Error(`${client.name} has only ${progress.bytes} bytes`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
