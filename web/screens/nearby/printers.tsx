import type { NearbyPrinterView, OwnPrinterView, PrintJobView } from '@kith/api/printers.ts'
import type { DeviceView } from '@kith/api/near.ts'
import { Printer } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../../add/folder-field.tsx'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Grants } from './grant-box.tsx'
import { nearList, NearRow } from './near-row.tsx'
import { Part } from './part.tsx'
import { useDoing } from './use-near.ts'

const over: ReadonlySet<PrintJobView['state']> = new Set(['done', 'cancelled', 'failed'])

/** Printers of others and our own, what is printed, and who may. */
export function Printers({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { value: own = [] } = useLive({ view: 'printers' })
  const { value: nearby = [] } = useLive({ view: 'nearbyPrinters' })
  const { value: jobs = [] } = useLive({ view: 'printJobs' })
  return (
    <Part title={t('nearby.printers')}>
      {own.length + nearby.length === 0 ? <p className="mb-3 text-sm text-muted">{t('nearby.noPrinters')}</p> : null}
      <ul className={own.length + nearby.length === 0 ? '' : nearList} data-testid="printers">
        {nearby.map(({ id, name, device, state, uri, reasons }) => (
          <NearRow
            key={id}
            icon={<Printer size={20} aria-hidden className="text-muted" />}
            title={t('nearby.printerOf', { title: name, name: device.name })}
            note={
              <span className="break-all">
                {t(`nearby.printer.${state}`)} · {[...reasons, uri].join(' · ')}
              </span>
            }
          />
        ))}
        {own.map((one) => (
          <Own key={one.id} printer={one} paired={paired} />
        ))}
      </ul>
      <Print names={[...nearby.map(named), ...own]} />
      {jobs.length === 0 ? null : (
        <ul className={nearList} data-testid="print-jobs">
          {jobs.map((job) => (
            <Job key={job.id} job={job} />
          ))}
        </ul>
      )}
      <AddPrinter />
    </Part>
  )
}

/** A printer of somebody else, by its own name and its owner's: there may be one of the same name here. */
function named({ id, name, device }: NearbyPrinterView): { readonly id: string; readonly name: string } {
  return { id, name: t('nearby.printerOf', { title: name, name: device.name }) }
}

function Own({
  printer: { id, name, from, state, to, reasons },
  paired,
}: {
  readonly printer: OwnPrinterView
  readonly paired: readonly DeviceView[]
}): ReactNode {
  const client = useClient()
  const doing = useDoing()
  return (
    <NearRow
      icon={<Printer size={20} aria-hidden className="text-accent" />}
      title={name}
      note={[t(`nearby.printer.${state}`), ...reasons].join(' · ')}
    >
      <Grants
        legend={t('nearby.mayPrint', { title: name })}
        paired={paired}
        to={to}
        grant={(ids) => client.call('grantPrinter', { params: { id }, body: { to: ids } })}
      />
      {from === 'address' ? (
        <Button
          disabled={doing.isBusy}
          aria-label={t('nearby.forgetPrinterName', { name })}
          onClick={() => doing.run(() => client.call('removePrinter', { params: { id } }))}
        >
          {t('nearby.forgetPrinter')}
        </Button>
      ) : null}
    </NearRow>
  )
}

/** One that is not found by itself. */
function AddPrinter(): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [uri, setUri] = useState('')
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (uri.trim() === '') return
        doing.run(async () => {
          await client.call('addPrinter', { body: { uri: uri.trim() } })
          setUri('')
        })
      }}
    >
      <div className="min-w-0 grow md:max-w-md">
        <Field label={t('nearby.printerAddress')}>
          {(id) => (
            <TextInput
              id={id}
              spellCheck={false}
              placeholder="ipp://192.168.1.9/ipp/print"
              value={uri}
              onChange={({ target }) => setUri(target.value)}
            />
          )}
        </Field>
      </div>
      <Button type="submit" disabled={uri.trim() === '' || doing.isBusy}>
        {t('nearby.addPrinter')}
      </Button>
    </form>
  )
}

/** A file of the daemon's machine, printed on one of them. */
function Print({ names }: { readonly names: readonly { readonly id: string; readonly name: string }[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [path, setPath] = useState('')
  const [printer, setPrinter] = useState('')
  if (names.length === 0) return null
  // One that was chosen may be gone.
  const chosen = (names.find(({ id }) => id === printer) ?? names[0]!).id
  return (
    <div className="mb-3 flex flex-col gap-2 rounded-xl border border-line bg-card p-4">
      <FolderField files label={t('nearby.printWhat')} value={path} onChange={setPath} />
      <div className="flex flex-wrap items-end gap-2">
        <Choice
          label={t('nearby.printerName')}
          value={chosen}
          options={names.map(({ id, name }) => [id, name])}
          onChange={setPrinter}
        />
        <Button
          kind="main"
          disabled={path.trim() === '' || doing.isBusy}
          onClick={() => doing.run(() => client.call('print', { body: { path: path.trim(), printer: chosen } }))}
        >
          {t('nearby.print')}
        </Button>
      </div>
    </div>
  )
}

function Job({ job }: { readonly job: PrintJobView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, name, printer, device, state, bytes, fault } = job
  return (
    <NearRow
      title={name}
      note={
        <>
          {[t(`nearby.job.${state}`), printer, ...(device === undefined ? [] : [device.name]), size(bytes)].join(' · ')}
          {fault === undefined ? null : <span className="block text-bad">{fault.message}</span>}
        </>
      }
    >
      {over.has(state) ? null : (
        <Button
          disabled={doing.isBusy}
          aria-label={t('nearby.cancelJob', { name })}
          onClick={() => doing.run(() => client.call('cancelPrintJob', { params: { id } }))}
        >
          {t('dialog.cancel')}
        </Button>
      )}
    </NearRow>
  )
}
