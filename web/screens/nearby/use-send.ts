import type { Client } from '@kith/api/client.ts'
import type { DeviceView } from '@kith/api/near.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useTell } from '../../ui/toasts.tsx'
import { bringAll } from './bring.ts'
import type { Dropped } from './dropped.ts'

type Files = readonly Dropped[] | Promise<readonly Dropped[]>
/** Whom something is sent to; a device that speaks LocalSend is alone. */
export interface To {
  readonly ids: readonly string[]
  readonly name: string
  readonly kind?: DeviceView['kind']
}

export function toDevice({ id, name, kind }: DeviceView): To {
  return { ids: [id], name, kind }
}

/** Sends a file or folder of the daemon's machine, by what is spoken there. */
export async function sendPath(client: Client, { ids, kind }: To, path: string, pin: string): Promise<void> {
  if (kind === 'localsend') {
    await client.call('deliver', { body: { path, to: ids[0]!, ...(pin === '' ? {} : { pin }) } })
  } else await client.call('send', { body: { path, to: ids } })
}

/**
 * Brings files of this browser to the daemon's machine, and sends them from there. Gives their name once that is done; what
 * went wrong is told.
 */
export function useSendFiles(): (to: To, files: Files, pin?: string) => Promise<string | undefined> {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  return async (to, chosen, pin = '') => {
    try {
      const files = await chosen
      if (files.length === 0) return undefined
      const path = await bringAll(client, files, {
        begun: () => void queries.invalidateQueries({ queryKey: ['near'] }),
        broke: () => tell.done(t('nearby.uploadBroke')),
      })
      await sendPath(client, to, path, pin)
      tell.done(t(to.kind === 'localsend' ? 'nearby.asking' : 'nearby.sent', { name: to.name }))
      return path.slice(path.lastIndexOf('/') + 1)
    } catch (error) {
      tell.failed(error)
      return undefined
    } finally {
      await queries.invalidateQueries({ queryKey: ['near'] })
    }
  }
}
