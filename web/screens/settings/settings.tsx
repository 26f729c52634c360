import type { SettingView } from '@kith/api/settings.ts'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { hasText, t } from '../../i18n/t.ts'
import { networkName } from '../../network-name.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { FilterBox } from '../../transfers/filters.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Access } from './access.tsx'
import { byGroup, found } from './find.ts'
import { Setting } from './setting.tsx'

const noSettings: readonly SettingView[] = []

/** Every setting, found by any word that people know it by. */
export function SettingsScreen(): ReactNode {
  const client = useClient()
  const [{ filter = '' }, changeSearch] = useScreenSearch('/settings')
  const {
    data = noSettings,
    error,
    isPending,
  } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => client.call('settings', { signal }),
  })
  const groups = [...byGroup(found(data, filter))]
  return (
    <Screen title={t('nav.settings')}>
      <div className="mx-auto max-w-4xl">
        <div className="mb-4 flex">
          <FilterBox
            label={t('settings.filter')}
            value={filter}
            onChange={(text) => changeSearch(() => (text === '' ? {} : { filter: text }))}
          />
        </div>
        <FaultNote error={error} />
        {!isPending && groups.length === 0 ? <Empty title={t('settings.none')} /> : null}
        {groups.map(([group, settings]) => (
          <section key={group} aria-labelledby={`group-${group}`} className="mb-6">
            <h2 id={`group-${group}`} className="mb-2 text-base font-semibold">
              {groupTitle(group)}
            </h2>
            <ul className="divide-y divide-line rounded-xl border border-line bg-card px-4">
              {settings.map((setting) => (
                <Setting key={setting.path} setting={setting} />
              ))}
            </ul>
          </section>
        ))}
        {filter === '' ? <Access /> : null}
      </div>
    </Screen>
  )
}

function groupTitle(group: string): string {
  const key = `settings.group.${group}`
  return hasText(key) ? t(key) : networkName(group)
}
