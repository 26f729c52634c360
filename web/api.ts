import type { Client } from '@kith/api/client.ts'
import { createContext, useContext } from 'react'

export const ClientContext: React.Context<Client | undefined> = createContext<Client | undefined>(undefined)

export function useClient(): Client {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('There is no client around this')
  return client
}
