import { Search } from 'lucide-react'
import type { InputHTMLAttributes, ReactNode } from 'react'
import { inputClass } from './field.tsx'

/** A box for words, with the sign for it; it fills what is around it, which has to be `relative`. */
export function SearchInput(props: Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'className'>): ReactNode {
  return (
    <>
      <Search
        size={16}
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-muted"
      />
      <input type="search" {...props} className={`${inputClass} pl-9`} />
    </>
  )
}
