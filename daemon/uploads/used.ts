import type { Publications } from '../operations/publications.ts'
import type { Supervised } from '../supervisor.ts'
import type { Transfers } from '../transfers/transfers.ts'

/** Whether something below a folder is read to be given, is given, or may be on its way to a device. */
export function isGiven(
  {
    transfers,
    publications,
    networks,
  }: {
    readonly transfers: Transfers
    readonly publications: Publications
    readonly networks: ReadonlyMap<string, Supervised>
  },
  folder: string,
): boolean {
  const isBelow = (path: string): boolean => path === folder || path.startsWith(`${folder}/`)
  if ([...transfers].some(({ record }) => isBelow(record.directory))) return true
  if (publications.reading.some(isBelow)) return true
  // A delivery does not say where its files are: while any is open, everything stays.
  return [...networks.values()].some(({ membership }) =>
    membership?.deliveries?.all.current.some(
      ({ way, state }) => way === 'out' && (state === 'waiting' || state === 'going'),
    ),
  )
}
