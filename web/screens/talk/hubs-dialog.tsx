import { LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { KnownHubs } from './known-hubs.tsx'

/** The network whose rooms are hubs that one goes to. */
const hubNetwork = 'directconnect'

/** The hubs that we are on, a way to another one, and a way out. */
export function HubsDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { value: hubs } = useLive({ view: 'gateways', id: hubNetwork })
  const [address, setAddress] = useState('')
  const [error, setError] = useState<unknown>()
  const enter = (hub: string): void => {
    setError(undefined)
    client.call('attach', { params: { id: hubNetwork }, body: { address: hub } }).then(() => setAddress(''), setError)
  }
  const leave = (hub: string): void => {
    const undo = (): void =>
      void client.call('attach', { params: { id: hubNetwork }, body: { address: hub } }).catch(tell.failed)
    client
      .call('detach', { params: { id: hubNetwork }, query: { address: hub } })
      .then(() => tell.done(t('hubs.left', { address: hub }), { label: t('toast.undo'), run: undo }), tell.failed)
  }
  return (
    <Dialog title={t('hubs.title')} onClose={onClose}>
      <FaultNote error={error} />
      <form
        className="mb-4 flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (address.trim() !== '') enter(address.trim())
        }}
      >
        <div className="min-w-0 grow">
          <Field label={t('hubs.address')} hint={t('hubs.addressHint')}>
            {(id) => (
              <TextInput
                id={id}
                data-first
                data-testid="hub-address"
                placeholder="adc://hub.example:1511"
                value={address}
                maxLength={2_000}
                autoCapitalize="off"
                spellCheck={false}
                onChange={(event) => setAddress(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button kind="main" type="submit" data-testid="hub-enter">
          {t('hubs.enter')}
        </Button>
      </form>
      {hubs?.length === 0 ? <p className="text-sm text-muted">{t('hubs.none')}</p> : null}
      <ul className="divide-y divide-line" data-testid="hubs">
        {hubs?.map((hub) => (
          <li key={hub.address} className="flex items-center gap-3 py-2">
            <div className="min-w-0 grow">
              <p className="font-mono text-xs break-all">{hub.address}</p>
              <p className={`text-xs ${hub.fault === undefined ? 'text-muted' : 'text-bad'}`}>
                {(hub.fault === undefined
                  ? [t(`hubs.state.${hub.state}`), hub.note]
                  : [hub.fault.message, hub.fault.hint]
                )
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <IconButton
              label={t('hubs.leave', { address: hub.address })}
              icon={<LogOut size={16} aria-hidden />}
              onClick={() => leave(hub.address)}
            />
          </li>
        ))}
      </ul>
      <KnownHubs network={hubNetwork} onEnter={enter} />
    </Dialog>
  )
}
