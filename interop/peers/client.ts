/** A BitTorrent client of somebody else, all with the same few verbs. */
export interface ForeignClient extends AsyncDisposable {
  readonly name: string
  /** Where peers reach it. */
  readonly port: number
  readonly pid: number
  /** Fetches to, or gives from, a folder. What is in it already is checked first. */
  add(what: { readonly torrent?: Uint8Array; readonly magnet?: string; readonly folder: string }): Promise<void>
  /** Bytes of the newest torrent that are verified there, and whether that is all of it. */
  progress(): Promise<{ readonly done: boolean; readonly bytes: number }>
  /** Starts to check the newest torrent against its digests again; `progress` is not done until that is through. */
  recheck?(): Promise<void>
}

/** One look at how things stand takes no longer than this, in milliseconds; beyond, the machine stood still. */
const longestLookMs = 5_000

/**
 * Asked between looks at something awaited, whether time is up. Time in which the machine held all of us still, those
 * awaited too, is not theirs to answer for.
 */
export function patience(ms: number): () => boolean {
  let left = ms
  let at = Date.now()
  return () => {
    const now = Date.now()
    left -= Math.min(now - at, longestLookMs)
    at = now
    return left < 0
  }
}

/** Waits until a client has everything. */
export async function fetched(client: ForeignClient, ms = 180_000): Promise<void> {
  const late = patience(ms)
  for (;;) {
    const progress = await client.progress()
    if (progress.done) return
    if (late()) throw new Error(`${client.name} has only ${progress.bytes} bytes`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Waits for something that comes within seconds, on a busy machine too, or says how things stand instead. */
export async function until(
  test: () => Promise<boolean>,
  ms = 90_000,
  state: () => unknown = () => undefined,
): Promise<void> {
  const late = patience(ms)
  while (!(await test())) {
    if (late()) {
      const now = await state()
      throw new Error(`It did not come to that${now === undefined ? '' : `: ${JSON.stringify(now, undefined, 1)}`}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
