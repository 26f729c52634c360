import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { SignIn } from './sign-in.tsx'

/** The one-time link that the address carries, which is taken out of it. */
function takeLink(): string | undefined {
  const link = /^#t=([^&]+)$/.exec(location.hash)?.[1]
  if (link === undefined) return undefined
  history.replaceState(history.state, '', location.pathname + location.search)
  return decodeURIComponent(link)
}

/** Lets in whoever has a session, or came by a one-time link. */
export function Gate({ children }: { readonly children: ReactNode }): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const taken = useRef(false)
  const byLink = useMutation({
    mutationFn: (link: string) => client.call('signIn', { body: { link } }),
    async onSuccess(session) {
      // What was asked before may be answered later, and would say that there is no session.
      await queries.cancelQueries({ queryKey: ['session'] })
      queries.setQueryData(['session'], session)
    },
  })
  const { mutate } = byLink
  useEffect(() => {
    if (taken.current) return
    taken.current = true
    const link = takeLink()
    if (link !== undefined) mutate(link)
  }, [mutate])
  const session = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => client.call('session', { signal }),
    retry: true,
    retryDelay: 1_000,
    staleTime: 60_000,
  })
  if (session.data === undefined || byLink.isPending)
    return (
      <output className="flex h-full items-center justify-center text-muted" data-connected={false}>
        {session.failureCount > 0 ? t('live.unreachable') : t('live.connecting')}
      </output>
    )
  if (session.data.via === 'none') return <SignIn hasPassword={session.data.password} linkError={byLink.error} />
  return children
}
