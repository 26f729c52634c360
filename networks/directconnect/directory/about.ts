import { escapeNmdc } from '../wire/nmdc-text.ts'
import type { Floor } from './floor.ts'

/** What our hub says of itself in ADC; those who list hubs are told more (ADC-EXT PING). */
export function adcAbout(hub: Floor, pinger: boolean): readonly string[] {
  const { settings, people, topic } = hub
  const own = [
    'CT32',
    `NI${settings.directoryName}`,
    `DE${topic}`,
    `AP${hub.program.split(' ')[0]}`,
    `VE${hub.program.split(' ')[1]}`,
  ]
  if (!pinger) return own
  let [shared, files] = [0, 0]
  for (const guest of people.online) {
    shared += guest.shared
    files += Number(guest.fields.get('SF') ?? 0) || 0
  }
  return [
    ...own,
    `UC${people.online.size}`,
    `SS${shared}`,
    `SF${files}`,
    `MS${settings.directoryMinimumShare * 1024 * 1024}`,
    `ML${settings.directoryMinimumSlots}`,
    ...(settings.directoryMaximumHubs === 0 ? [] : [`XU${settings.directoryMaximumHubs}`]),
    `MC${settings.directoryUsers}`,
    `UP${Math.floor((hub.now - hub.since) / 1000)}`,
  ]
}

/** What follows `$HubINFO ` (NMDC, BotINFO): parts are told apart by `$`. */
export function nmdcAbout(hub: Floor): string {
  const { settings } = hub
  return [
    settings.directoryName,
    '',
    hub.topic,
    `${settings.directoryUsers}`,
    `${settings.directoryMinimumShare * 1024 * 1024}`,
    `${settings.directoryMinimumSlots}`,
    `${settings.directoryMaximumHubs}`,
    hub.program,
    '',
    '',
    'UTF-8',
  ]
    .map(escapeNmdc)
    .join('$')
}
