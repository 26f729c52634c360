import type { Routes } from '@kith/api/routes.ts'
import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { useTell } from '../../ui/toasts.tsx'

/** Devices come and go by themselves. */
export const againMs = 2_000
/** What is asked of the devices themselves, each time. */
const farMs = 5_000
const far: ReadonlySet<Listed> = new Set<Listed>(['nearbyGames', 'nearbyInternet', 'nearbySegments'])

type Listed =
  | 'devices'
  | 'deliveries'
  | 'gifts'
  | 'uploads'
  | 'invitations'
  | 'visits'
  | 'nearbyGames'
  | 'joinedGames'
  | 'segments'
  | 'nearbySegments'
  | 'offeredGames'
  | 'internet'
  | 'nearbyInternet'
type Answer<Name extends keyof Routes> = Routes[Name] extends { readonly response?: infer Schema }
  ? NonNullable<Schema> extends { parse(data: unknown): infer Value }
    ? Value
    : never
  : never

/** What the daemon knows about things nearby, asked again while somebody looks. */
export function useNear<Name extends Listed>(name: Name, enabled = true): UseQueryResult<Answer<Name>> {
  const client = useClient()
  return useQuery<Answer<Name>>({
    queryKey: ['near', name],
    async queryFn({ signal }) {
      // All of them are asked for with nothing; the compiler does not see that of a name it does not know.
      const answer: unknown = await client.call(name as 'devices', { signal })
      return answer as Answer<Name>
    },
    refetchInterval: far.has(name) ? farMs : againMs,
    enabled,
  })
}

export interface Doing {
  readonly isBusy: boolean
  /** Does it, says so, and looks anew at everything nearby, which `after` hears of; a fault is told. */
  run(work: () => Promise<unknown>, done?: string, after?: () => void): void
}

export function useDoing(): Doing {
  const queries = useQueryClient()
  const tell = useTell()
  const [isBusy, setBusy] = useState(false)
  return {
    isBusy,
    run(work, done, after) {
      setBusy(true)
      void finish(work, done).then(after)
    },
  }

  async function finish(work: () => Promise<unknown>, done: string | undefined): Promise<void> {
    try {
      await work()
      if (done !== undefined) tell.done(done)
    } catch (error) {
      tell.failed(error)
    }
    // What devices are asked for may take as long as one of them is silent: nobody waits for that.
    const isFar = (key: readonly unknown[]): boolean => far.has(key[1] as Listed)
    void queries.invalidateQueries({ queryKey: ['near'], predicate: ({ queryKey }) => isFar(queryKey) })
    await queries.invalidateQueries({ queryKey: ['near'], predicate: ({ queryKey }) => !isFar(queryKey) })
    setBusy(false)
  }
}
