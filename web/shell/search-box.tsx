import { useLocation, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { linksIn } from '../add/links.ts'
import { t } from '../i18n/t.ts'
import { inputClass } from '../ui/field.tsx'
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
        <Search
          size={16}
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
        />
        <input
          type="search"
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
          className={`${inputClass} pl-9`}
        />
      </form>
    </search>
  )
}
