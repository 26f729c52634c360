import type { SearchRequest } from '@kith/api/find.ts'
import { media } from '@kith/api/find.ts'
import { FileQuestion } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Screen } from '../../shell/screen.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote, Note } from '../../ui/fault-note.tsx'
import { Select } from '../../ui/field.tsx'
import { SearchInput } from '../../ui/search-input.tsx'
import { linksIn } from '../../add/links.ts'
import { Asked } from './asked.tsx'
import { Narrow } from './narrow.tsx'
import { Recent } from './recent.tsx'
import { Results } from './results.tsx'
import type { FindSearch } from './search.ts'
import { requestOf, shownOf } from './search.ts'

/** One box, and everything that is found for it: in our library, near, and on all networks. */
export function FindScreen(): ReactNode {
  const client = useClient()
  const [search, changeSearch] = useScreenSearch('/find')
  const [error, setError] = useState<unknown>()
  const { q, id } = search

  // An address without a search, from somebody or from the history of the browser, is asked anew.
  const question = q === undefined || id !== undefined ? undefined : JSON.stringify(requestOf(search))
  const started = useRef<string>(undefined)
  const isHere = useRef(false)
  useEffect(() => {
    isHere.current = true
    return () => void (isHere.current = false)
  }, [])
  const start = useEffectEvent((body: string) => {
    if (started.current === body) return
    started.current = body
    setError(undefined)
    client.call('startSearch', { body: JSON.parse(body) as SearchRequest }).then(
      (made) => {
        started.current = undefined
        // Whoever has gone on to another screen is not called back from it.
        if (isHere.current) changeSearch((before) => ({ ...before, id: made.id }))
      },
      (problem: unknown) => setError(problem),
    )
  })
  useEffect(() => {
    if (question !== undefined) start(question)
  }, [question])

  return (
    <Screen title={t('nav.find')} scrolls={false}>
      <Box
        key={`${q} ${search.type}`}
        search={search}
        onFind={(next) => changeSearch(() => next, { replace: false })}
      />
      {error === undefined ? null : (
        <div className="px-4 md:px-5">
          <FaultNote error={error} />
        </div>
      )}
      {id === undefined ? (
        q === undefined ? (
          <Recent onOpen={(next) => changeSearch(() => next, { replace: false })} />
        ) : null
      ) : (
        <Found key={id} id={id} search={search} onChange={(next) => changeSearch(() => next)} />
      )}
    </Screen>
  )
}

interface FoundProps {
  readonly id: string
  readonly search: FindSearch
  readonly onChange: (search: FindSearch) => void
}

function Found({ id, search, onChange }: FoundProps): ReactNode {
  const { value, gone } = useLive({ view: 'found', id, query: { ...shownOf(search), count: 0 } })
  const again = useEffectEvent(() => {
    const { id: _old, ...question } = search
    onChange(question)
  })
  // The daemon forgot it, or was started anew: it is asked again.
  useEffect(() => {
    if (gone !== undefined) again()
  }, [gone])
  if (value === undefined) return null
  const { search: view } = value
  return (
    <>
      <Asked search={view} />
      {view.rows === 0 ? (
        <Empty
          icon={<FileQuestion size={36} aria-hidden />}
          title={view.state === 'asking' ? t('find.waiting') : t('find.none')}
        >
          {view.state === 'asking' ? null : t('find.noneHint')}
        </Empty>
      ) : (
        <>
          <Narrow search={search} window={value} onChange={onChange} />
          {view.full ? (
            <div className="px-4 md:px-5">
              <Note text={t('find.full', { count: view.rows })} />
            </div>
          ) : null}
          <Results id={id} query={shownOf(search)} isAsking={view.state === 'asking'} />
        </>
      )}
    </>
  )
}

interface BoxProps {
  readonly search: FindSearch
  readonly onFind: (search: FindSearch) => void
}

function Box({ search, onFind }: BoxProps): ReactNode {
  const { open } = useDialogs()
  const [text, setText] = useState(search.q ?? '')
  const [type, setType] = useState(search.type ?? '')
  return (
    <form
      className="flex flex-wrap gap-2 px-4 pb-2 md:px-5"
      onSubmit={(event) => {
        event.preventDefault()
        const links = linksIn(text)
        const medium = media.find((one) => one === type)
        if (links.length > 0) open({ kind: 'add', start: { links } })
        else if (text.trim() !== '') onFind({ q: text.trim(), ...(medium === undefined ? {} : { type: medium }) })
      }}
    >
      <div
        className={`relative min-w-0 grow basis-40 md:max-w-2xl ${search.q === undefined ? 'max-sm:basis-full' : ''}`}
      >
        <SearchInput
          data-filter
          data-testid="find-box"
          aria-label={t('find.box')}
          placeholder={t('find.placeholder')}
          value={text}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
      </div>
      <Select
        aria-label={t('find.type')}
        className={search.q === undefined ? '' : 'max-sm:hidden'}
        value={type}
        onChange={(event) => setType(event.target.value)}
      >
        <option value="">{t('find.anyType')}</option>
        {media.map((one) => (
          <option key={one} value={one}>
            {t(`medium.${one}`)}
          </option>
        ))}
      </Select>
      <Button kind="main" type="submit" data-testid="find-start">
        {t('find.start')}
      </Button>
    </form>
  )
}
