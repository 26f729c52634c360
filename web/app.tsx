import type { Client } from '@kith/api/client.ts'
import type { QueryClient } from '@tanstack/react-query'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { ClientContext } from './api.ts'
import type { LiveStore } from './live/live-store.ts'
import { LiveContext } from './live/use-live.ts'
import { makeRouter } from './router.tsx'
import { Gate } from './screens/sign-in/gate.tsx'
import { Toasts } from './ui/toasts.tsx'

export interface AppProps {
  readonly client: Client
  readonly live: LiveStore
  readonly queries: QueryClient
}

/** The page: whoever has no session signs in first. */
export function App({ client, live, queries }: AppProps): ReactNode {
  const [router] = useState(makeRouter)
  return (
    <QueryClientProvider client={queries}>
      <ClientContext value={client}>
        <LiveContext value={live}>
          <Toasts>
            <Gate>
              <RouterProvider router={router} />
            </Gate>
          </Toasts>
        </LiveContext>
      </ClientContext>
    </QueryClientProvider>
  )
}
