import type { Handlers } from '../api/handlers.ts'
import type { Config } from '../config/config.ts'
import { settingView } from '../views/setting-view.ts'

/** The settings; a path is `group.field`. */
export function settingOperations(
  config: Config,
): Pick<Handlers, 'settings' | 'setting' | 'setSetting' | 'unsetSetting'> {
  const split = (path: string): [string, string] => {
    const dot = path.indexOf('.')
    return dot < 0 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)]
  }
  return {
    settings: () => config.explain().map(settingView),
    setting: ({ params }) => settingView(config.explain(...split(params.id))[0]!),
    setSetting: ({ params, body }) => settingView(config.set(...split(params.id), body.value)),
    unsetSetting: ({ params }) => settingView(config.unset(...split(params.id))),
  }
}
