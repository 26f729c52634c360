import type { View } from '@kith/api/live.ts'
import { createContext, useCallback, useContext, useState, useSyncExternalStore } from 'react'
import type { Connection, LiveStore } from './live-store.ts'
import type { ViewValue } from './view-values.ts'

export const LiveContext: React.Context<LiveStore | undefined> = createContext<LiveStore | undefined>(undefined)

function useStore(): LiveStore {
  const store = useContext(LiveContext)
  if (store === undefined) throw new Error('There is no live store around this')
  return store
}

export interface Live<Value> {
  readonly value: Value | undefined
  /** Why there is nothing. */
  readonly gone?: string
}

/** What a view of the daemon shows, kept up to date while the caller is on screen. */
export function useLive<V extends View>(view: V): Live<ViewValue<V>> {
  const store = useStore()
  const name = JSON.stringify(view)
  const subscribe = useCallback(
    (listener: () => void) => store.watch(JSON.parse(name) as View, listener),
    [store, name],
  )
  return useSyncExternalStore(subscribe, () => store.read(view)) as Live<ViewValue<V>>
}

/** The same, but while a changed view has not come yet it goes on to show the one before. */
export function useLiveWindow<V extends View>(view: V): ViewValue<V> | undefined {
  const { value } = useLive(view)
  const [last, setLast] = useState(value)
  if (value !== undefined && value !== last) setLast(value)
  return value ?? last
}

export function useConnection(): Connection {
  const store = useStore()
  return useSyncExternalStore(
    useCallback((listener: () => void) => store.watchConnection(listener), [store]),
    () => store.connection,
  )
}
