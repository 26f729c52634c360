import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { useClient } from '../../api.ts'
import { entryWords } from '../../journal-words.ts'
import { useTell } from '../../ui/toasts.tsx'
import { againMs } from './use-near.ts'

const kinds: ReadonlySet<string> = new Set(['game/over', 'segment/over'])

/** Says what others have ended while somebody looks: its line goes without a word otherwise. */
export function Over(): ReactNode {
  const client = useClient()
  const tell = useTell()
  const last = useRef<number>(undefined)
  const { data: entries } = useQuery({
    queryKey: ['near', 'over'],
    queryFn({ signal }) {
      // The last one is asked for again: who has it no more was started anew, and counts from one.
      const query = last.current === undefined ? {} : { after: Math.max(0, last.current - 1) }
      return client.call('journal', { query, signal })
    },
    refetchInterval: againMs,
    gcTime: 0,
  })
  useEffect(() => {
    if (entries === undefined) return
    const before = last.current
    last.current = entries.at(-1)?.seq ?? 0
    if (before === undefined) return
    for (const entry of entries) if (entry.seq > before && kinds.has(entry.type)) tell.done(entryWords(entry))
  }, [entries, tell])
  return null
}
