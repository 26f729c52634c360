import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { copyText } from '../../copy.ts'
import { t } from '../../i18n/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** Something that is shown once. */
export function Secret({ label, text }: { readonly label: string; readonly text: string }): ReactNode {
  const tell = useTell()
  return (
    <output className="mt-3 block rounded-lg border border-accent bg-chosen px-3 py-2">
      <p className="text-sm font-medium">{label}</p>
      <p className="flex items-center gap-1">
        <code className="min-w-0 text-xs break-all">{text}</code>
        <IconButton
          label={t('fact.copy', { name: label })}
          icon={<Copy size={16} aria-hidden />}
          onClick={() => void copyText(text).then(() => tell.done(t('toast.copied')), tell.failed)}
        />
      </p>
    </output>
  )
}
