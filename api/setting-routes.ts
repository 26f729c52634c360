import { z } from 'zod'
import type { Id, None, Route } from './route.ts'
import type { SettingRequest, SettingView } from './settings.ts'
import { settingRequest, settingView } from './settings.ts'

/** Settings, with where each value comes from. */
export interface SettingRoutes {
  readonly settings: Route<None, None, None, readonly SettingView[]>
  readonly setting: Route<Id, None, None, SettingView>
  readonly setSetting: Route<Id, None, SettingRequest, SettingView>
  readonly unsetSetting: Route<Id, None, None, SettingView>
}

export const settingRoutes: SettingRoutes = {
  settings: {
    method: 'get',
    path: '/settings',
    scope: 'view',
    tag: 'settings',
    summary: 'All settings, with where each value comes from',
    params: [],
    response: z.array(settingView),
  },
  setting: {
    method: 'get',
    path: '/settings/{id}',
    scope: 'view',
    tag: 'settings',
    summary: 'One setting',
    params: ['id'],
    response: settingView,
  },
  setSetting: {
    method: 'put',
    path: '/settings/{id}',
    scope: 'admin',
    tag: 'settings',
    summary: 'Set a value',
    params: ['id'],
    body: settingRequest,
    response: settingView,
  },
  unsetSetting: {
    method: 'delete',
    path: '/settings/{id}',
    scope: 'admin',
    tag: 'settings',
    summary: 'Take back what was set here',
    params: ['id'],
    response: settingView,
  },
}
