import './jitless.ts'
import './styles.css'
import { Client } from '@kith/api/client.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { LiveStore } from './live/live-store.ts'
import { applyTheme } from './shell/theme.ts'
import { queryClient } from './query.ts'

applyTheme()
const client = new Client({ base: '' })
const queries = queryClient()
const live = new LiveStore({
  client,
  now: () => Date.now(),
  onRefused: () => void queries.invalidateQueries({ queryKey: ['session'] }),
})

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <App client={client} live={live} queries={queries} />
  </StrictMode>,
)
