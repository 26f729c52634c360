import { useLocation, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { linksIn } from '../add/links.ts'
import { t } from '../i18n/t.ts'
import { SearchInput } from '../ui/search-input.tsx'
import { useDialogs } from './dialogs.ts'

/** A question from any screen leads to Find, and links to Add. Find has a box of its own, and phones have Find below. */
export function SearchBox(): ReactNode {
  const { open } = useDialogs()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [text, setText] = useState('')
  if (pathname === '/find') return null
  return (
    <search className="relative hidden min-w-0 max-w-md grow md:block">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const links = linksIn(text)
          if (links.length > 0) open({ kind: 'add', start: { links } })
          else if (text.trim() !== '') void navigate({ to: '/find', search: { q: text.trim() } })
          else return
          setText('')
        }}
      >
        <SearchInput
          data-testid="search-box"
          aria-label={t('find.box')}
          placeholder={t('find.placeholder')}
          value={text}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
          onPaste={(event) => {
            const links = linksIn(event.clipboardData.getData('text'))
            if (links.length === 0) return
            event.preventDefault()
            open({ kind: 'add', start: { links } })
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
      </form>
    </search>
  )
}
