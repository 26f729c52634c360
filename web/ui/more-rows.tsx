import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { Button } from './button.tsx'

/** A window of a list, as the API gives it. */
interface Window {
  readonly from: number
  readonly rows: readonly unknown[]
  readonly total: number
}

/** Where the next window begins; undefined after the last. */
export function nextFrom({ from, rows, total }: Window): number | undefined {
  return from + rows.length < total ? from + rows.length : undefined
}

/** Below a list: fetches the next window of it, where there is one. */
export function MoreRows({
  pages: { hasNextPage, isFetching, fetchNextPage },
}: {
  readonly pages: {
    readonly hasNextPage: boolean
    readonly isFetching: boolean
    readonly fetchNextPage: () => Promise<unknown>
  }
}): ReactNode {
  if (!hasNextPage) return null
  return (
    <div className="my-3 flex justify-center">
      <Button disabled={isFetching} onClick={() => void fetchNextPage()}>
        {t('library.more')}
      </Button>
    </div>
  )
}
