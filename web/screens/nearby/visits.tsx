import type { VisitAsk, VisitView } from '@kith/api/visits.ts'
import { Copy, Download, Share2, Smartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { copyText } from '../../copy.ts'
import { moment, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Tag } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Qr } from '../../ui/qr.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** Pages for people without the app: they take what is offered there, or send what we agree to. */
export function Visits(): ReactNode {
  const dialogs = useDialogs()
  const { data: visits = [] } = useNear('visits')
  return (
    <Part title={t('visit.title')}>
      <p className="mb-2 max-w-prose text-sm text-muted">{t('visit.hint')}</p>
      <div className="mb-3 flex flex-wrap gap-2">
        <Button
          icon={<Download size={16} aria-hidden />}
          onClick={() => dialogs.open({ kind: 'visit', offers: false })}
        >
          {t('visit.receive')}
        </Button>
        <Button icon={<Share2 size={16} aria-hidden />} onClick={() => dialogs.open({ kind: 'visit', offers: true })}>
          {t('visit.offer')}
        </Button>
      </div>
      <ul className="flex flex-col gap-3" data-testid="visits">
        {visits.map((visit) => (
          <li key={visit.id}>
            <Visit visit={visit} />
          </li>
        ))}
      </ul>
    </Part>
  )
}

function Visit({ visit }: { readonly visit: VisitView }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const doing = useDoing()
  const { id, kind, links, pin, localsend, until, name, asks } = visit
  const [link, ...others] = links
  const title = kind === 'offer' ? t('visit.offered', { name: name ?? '' }) : t('visit.receiving')
  return (
    <section aria-labelledby={`visit-${id}`} className="rounded-xl border border-accent bg-card p-4">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h3 id={`visit-${id}`} className="flex min-w-0 grow items-center gap-2 text-sm font-semibold">
          <Smartphone size={18} aria-hidden className="shrink-0 text-accent" />
          <span className="min-w-0 break-words">{title}</span>
        </h3>
        {pin ? <Tag>{t('visit.withPin')}</Tag> : null}
        {localsend ? <Tag>{t('visit.withLocalsend')}</Tag> : null}
        <span className="text-sm text-muted">{t('nearby.untilTime', { time: moment(until) })}</span>
        <Button
          disabled={doing.isBusy}
          aria-label={t('visit.endOf', { title })}
          onClick={() => doing.run(() => client.call('endVisit', { params: { id } }))}
        >
          {t('visit.end')}
        </Button>
      </div>
      {link === undefined ? null : (
        <div className="mt-3 flex flex-col gap-3 sm:flex-row">
          <div className="w-full max-w-44 shrink-0 self-center sm:self-start">
            <Qr text={link} label={t('visit.code')} />
          </div>
          <div className="flex min-w-0 flex-col items-start gap-2">
            <p className="text-sm">{kind === 'offer' ? t('visit.howOffer') : t('visit.howReceive')}</p>
            <p className="font-mono text-sm break-all" data-testid="visit-link">
              {link}
            </p>
            <Button
              icon={<Copy size={16} aria-hidden />}
              onClick={() => void copyText(link).then(() => tell.done(t('nearby.copied')), tell.failed)}
            >
              {t('nearby.copy')}
            </Button>
            {others.length === 0 ? null : (
              <details className="text-sm">
                <summary className="touch cursor-pointer">{t('visit.others')}</summary>
                <ul className="mt-1 font-mono text-xs break-all text-muted" data-testid="visit-others">
                  {others.map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        </div>
      )}
      {kind === 'offer' ? null : (
        <ul
          className="mt-3 divide-y divide-line border-t border-line"
          aria-live="polite"
          aria-relevant="additions"
          data-testid="visit-asks"
        >
          {asks.length === 0 ? <li className="pt-3 text-sm text-muted">{t('visit.nobody')}</li> : null}
          {asks.map((ask) => (
            <Ask key={ask.id} visit={id} ask={ask} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Ask({ visit, ask }: { readonly visit: string; readonly ask: VisitAsk }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, name, from, state, received, path } = ask
  const answer = (yes: boolean): void =>
    doing.run(() => client.call('answerVisit', { params: { id: visit, ask: id }, body: { yes } }))
  const isBroken = state === 'agreed' && received > 0
  const isStarted = isBroken || state === 'coming'
  const facts = [
    t(`visit.ask.${isBroken ? 'broken' : state}`),
    isStarted ? t('transfers.hadOf', { had: size(received), size: size(ask.size) }) : size(ask.size),
    t('nearby.giftFrom', { name: from }),
    path ?? '',
  ]
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3 text-sm">
      <span className="min-w-32 grow">
        <span className="block font-medium break-words">{name}</span>
        <span className="block break-words text-muted">{facts.filter((part) => part !== '').join(' · ')}</span>
        {isStarted ? (
          <span className="mt-1 block">
            <ProgressBar share={ask.size === 0 ? 1 : received / ask.size} state="getting" />
          </span>
        ) : null}
      </span>
      {state === 'waiting' ? (
        <>
          <Button
            kind="main"
            disabled={doing.isBusy}
            aria-label={t('visit.takeName', { name })}
            onClick={() => answer(true)}
          >
            {t('visit.take')}
          </Button>
          <Button disabled={doing.isBusy} aria-label={t('visit.refuseName', { name })} onClick={() => answer(false)}>
            {t('nearby.refuse')}
          </Button>
        </>
      ) : null}
    </li>
  )
}
