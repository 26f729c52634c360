import type { TransferDetails } from '@kith/api/transfers.ts'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { count, duration, moment, percent, rate, ratio, size } from '../format.ts'
import { t } from '../i18n/t.ts'
import type { TransferActions } from '../transfers/use-actions.ts'
import { IconButton } from '../ui/button.tsx'
import { Note } from '../ui/fault-note.tsx'
import { Gateways } from './gateways.tsx'
import { PieceBar } from './piece-bar.tsx'

export interface OverviewProps {
  readonly details: TransferDetails
  readonly actions: TransferActions
}

export function Overview({ details, actions }: OverviewProps): ReactNode {
  const { fault } = details
  return (
    <div className="min-h-0 grow overflow-y-auto p-4">
      {fault === undefined ? null : <Note text={fault.message} hint={fault.hint} />}
      <PieceBar id={details.id} share={details.progress} />
      <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        <Fact name={t('fact.state')}>{t(`state.${details.state}`)}</Fact>
        <Fact name={t('fact.progress')}>{percent(details.progress)}</Fact>
        <Fact name={t('fact.had')}>
          {details.wanted === undefined
            ? size(details.had)
            : t('transfers.hadOf', { had: size(details.had), size: size(details.wanted) })}
        </Fact>
        <Fact name={t('fact.size')}>{size(details.size)}</Fact>
        <Fact name={t('fact.files')}>{details.files === undefined ? '' : count(details.files)}</Fact>
        <Fact name={t('fact.down')}>{moved(details.down, details.downRate)}</Fact>
        <Fact name={t('fact.up')}>{moved(details.up, details.upRate)}</Fact>
        <Fact name={t('fact.ratio')}>{ratio(details.ratio)}</Fact>
        <Fact name={t('fact.eta')}>{duration(details.eta)}</Fact>
        <Fact name={t('fact.wasted')}>{details.wasted === 0 ? '' : size(details.wasted)}</Fact>
        <Fact name={t('fact.limits')}>{limits(details)}</Fact>
        <Fact name={t('fact.pieces')}>
          {details.pieces === undefined
            ? ''
            : t('fact.piecesOf', { count: details.pieces, size: size(details.pieceLength) })}
        </Fact>
        <Fact name={t('fact.added')}>{moment(details.addedAt)}</Fact>
        <Fact name={t('fact.completed')}>{details.completedAt === undefined ? '' : moment(details.completedAt)}</Fact>
        <Fact name={t('fact.private')}>{details.private ? t('fact.privateYes') : ''}</Fact>
        <Fact name={t('fact.banned')}>{details.banned.join(', ')}</Fact>
      </dl>
      <dl className="mt-4 flex flex-col gap-3">
        <Copied name={t('fact.path')} texts={[details.path ?? details.directory]} actions={actions} />
        <Copied name={t('fact.digests')} texts={details.digests} actions={actions} />
        <Copied name={t('fact.links')} texts={details.links} actions={actions} />
        <Fact name={t('fact.comment')}>{details.comment ?? ''}</Fact>
        <Fact name={t('fact.createdBy')}>{details.createdBy ?? ''}</Fact>
      </dl>
      <Gateways id={details.id} gateways={details.gateways} />
    </div>
  )
}

function moved(bytes: number, speed: number): string {
  return [bytes === 0 ? '' : size(bytes), rate(speed)].filter((part) => part !== '').join(' · ')
}

function limits({ downLimit, upLimit }: TransferDetails): string {
  return [downLimit === undefined ? '' : `↓ ${rate(downLimit)}`, upLimit === undefined ? '' : `↑ ${rate(upLimit)}`]
    .filter((part) => part !== '')
    .join(' · ')
}

/** A fact; nothing at all when it is empty. */
function Fact({ name, children }: { readonly name: string; readonly children: string }): ReactNode {
  if (children === '') return null
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="text-sm break-words">{children}</dd>
    </div>
  )
}

/** Long texts of which people want a copy. */
function Copied({
  name,
  texts,
  actions,
}: {
  readonly name: string
  readonly texts: readonly string[]
  readonly actions: TransferActions
}): ReactNode {
  if (texts.length === 0) return null
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      {texts.map((text) => (
        <dd key={text} className="flex items-center gap-1 text-sm">
          <span className="min-w-0 font-mono text-xs break-all">{text}</span>
          <IconButton
            label={t('fact.copy', { name })}
            icon={<Copy size={14} aria-hidden />}
            onClick={() => actions.copy(text)}
          />
        </dd>
      ))}
    </div>
  )
}
