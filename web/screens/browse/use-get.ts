import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useTell } from '../../ui/toasts.tsx'

/** Fetches files and folders of what is browsed, and says what came of it. */
export function useGet(id: string): (paths: readonly string[], name: string) => void {
  const client = useClient()
  const tell = useTell()
  return (paths, name) =>
    void client
      .call('getBrowsed', { params: { id }, body: { paths } })
      .then(
        ({ added, duplicates, skipped }) =>
          tell.done(
            [
              added === 0 && duplicates > 0 ? t('toast.duplicate', { name }) : t('toast.added', { count: added, name }),
              skipped === 0 ? '' : t('browse.skipped', { count: skipped }),
            ]
              .filter(Boolean)
              .join('. '),
          ),
        tell.failed,
      )
}
