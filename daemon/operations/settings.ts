import type { Handlers } from '../api/handlers.ts'
import type { Config } from '../config/config.ts'
import { settingView } from '../views/setting-view.ts'

/**
 * The settings; a path is `group.field`. A change is answered when it works: whoever asks next asks a daemon that goes by it.
 * @param settled resolves when everything goes by the newest settings
 */
export function settingOperations(
  config: Config,
  settled: () => Promise<unknown>,
): Pick<Handlers, 'settings' | 'setting' | 'setSetting' | 'unsetSetting'> {
  const split = (path: string): [string, string] => {
    const dot = path.indexOf('.')
    return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)]
  }
  return {
    settings: () => config.explain().map(settingView),
    setting: ({ params }) => settingView(config.explain(...split(params.id))[0]!),
    async setSetting({ params, body }) {
      const set = config.set(...split(params.id), body.value)
      await settled()
      return settingView(set)
    },
    async unsetSetting({ params }) {
      const left = config.unset(...split(params.id))
      await settled()
      return settingView(left)
    },
  }
}
