import type { ReactNode } from 'react'
import { linksIn } from '../../add/links.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'

/** What somebody said; links in it that Kith can fetch lead to the dialog that adds them, those of the web lead there. */
export function SaidText({ text }: { readonly text: string }): ReactNode {
  const { open } = useDialogs()
  return text.split(/(\s+)/).map((word, index) => {
    const key = `${index}`
    if (/^https?:\/\/\S{3,}$/i.test(word)) {
      return (
        <a key={key} href={word} target="_blank" rel="noreferrer noopener" className="break-all text-accent underline">
          {word}
        </a>
      )
    }
    const [link] = /^(magnet:|ed2k:|kith:|(adcs?|nmdcs?|dchub):\/\/)/i.test(word) ? linksIn(word) : []
    if (link === undefined) return word
    return (
      <button
        key={key}
        type="button"
        title={word}
        className="break-all text-accent underline"
        onClick={() => open({ kind: 'add', start: { links: [link] } })}
      >
        {nameIn(link) ?? t('talk.link')}
      </button>
    )
  })
}

function nameIn(link: string): string | undefined {
  if (!link.startsWith('magnet:')) return link
  return new URLSearchParams(link.slice(link.indexOf('?') + 1)).get('dn') ?? undefined
}
