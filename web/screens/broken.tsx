import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { Screen } from '../shell/screen.tsx'
import { Button } from '../ui/button.tsx'
import { FaultNote } from '../ui/fault-note.tsx'

/** What stands in the place of a screen that could not be shown. */
export function Broken({ error }: { readonly error: unknown }): ReactNode {
  return (
    <Screen title={t('broken.title')}>
      <FaultNote error={error} />
      <Button onClick={() => location.reload()}>{t('broken.again')}</Button>
    </Screen>
  )
}
