import type { MessageView } from '@kith/api/talk.ts'
import type { ReactNode } from 'react'
import { dayOf, timeOfDay } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { SaidText } from './said-text.tsx'

/** Lines of one person within this time stand together, in milliseconds. */
const togetherMs = 5 * 60_000

/** What was said, the newest at the end, with a line for each day. */
export function Messages({ messages }: { readonly messages: readonly MessageView[] }): ReactNode {
  if (messages.length === 0) return <p className="py-8 text-center text-sm text-muted">{t('talk.silence')}</p>
  return (
    <ol className="flex flex-col" data-testid="messages">
      {messages.map((message, index) => {
        const before = messages[index - 1]
        const isNewDay = before === undefined || dayOf(before.at) !== dayOf(message.at)
        const goesOn =
          !isNewDay &&
          before.from === message.from &&
          before.peer === message.peer &&
          before.own === message.own &&
          message.at - before.at < togetherMs
        return (
          // Nothing else tells two equal lines of one moment apart.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={`${message.at} ${index}`} className={goesOn ? 'pt-0.5' : 'pt-3'}>
            {isNewDay ? (
              <p className="mb-2 flex items-center gap-3 text-xs text-muted before:h-px before:grow before:bg-line after:h-px after:grow after:bg-line">
                {dayOf(message.at)}
              </p>
            ) : null}
            {goesOn ? null : (
              <p className="flex items-baseline gap-2 text-sm">
                <span className={`font-semibold break-all ${message.own ? 'text-accent' : ''}`}>{message.from}</span>
                <time dateTime={new Date(message.at).toISOString()} className="shrink-0 text-xs text-muted">
                  {timeOfDay(message.at)}
                </time>
              </p>
            )}
            <p
              data-testid={message.mention === true ? 'mention' : undefined}
              className={`text-sm break-words whitespace-pre-wrap ${message.mention === true ? 'rounded bg-chosen px-1 font-medium' : ''}`}
            >
              <SaidText text={message.text} />
            </p>
          </li>
        )
      })}
    </ol>
  )
}
