import { hasText, t } from './i18n/t.ts'

/** A network's name where only its id is known. */
export function networkName(id: string): string {
  const key = `network.${id}`
  return hasText(key) ? t(key) : id
}
