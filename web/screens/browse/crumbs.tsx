import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useScreenSearch } from '../../screen-search.ts'

/** Where one is, each step a way back. */
export function Crumbs({
  to = '/browse',
  name,
  path,
}: {
  readonly to?: '/browse' | '/nearby/folders'
  readonly name: string
  readonly path: string
}): ReactNode {
  const [search] = useScreenSearch(to)
  const { path: _path, ...rest } = search
  const { filter: _filter, ...who } = { filter: undefined, ...rest }
  const names = path === '' ? [] : path.split('/')
  const steps = [{ name, to: undefined as string | undefined }].concat(
    names.map((one, index) => ({ name: one, to: names.slice(0, index + 1).join('/') })),
  )
  return (
    <nav aria-label={t('browse.path')} className="px-4 pb-2 md:px-5">
      <ol className="flex flex-wrap items-center gap-1 text-sm">
        {steps.map((step, index) => (
          <li key={step.to ?? ''} className="flex min-w-0 items-center gap-1">
            {index === 0 ? null : <ChevronRight size={14} aria-hidden className="shrink-0 text-muted rtl:rotate-180" />}
            {index === steps.length - 1 ? (
              <span aria-current="location" className="font-medium break-all">
                {step.name}
              </span>
            ) : (
              <Link
                to={to}
                search={step.to === undefined ? who : { ...who, path: step.to }}
                className="break-all text-accent hover:underline"
              >
                {step.name}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  )
}
