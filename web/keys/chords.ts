/** Second keys after `g`, and the screens they lead to. */
export const chords = {
  h: '/',
  f: '/find',
  t: '/transfers',
  l: '/library',
  c: '/talk',
  w: '/nearby',
  n: '/networks',
  s: '/settings',
  o: '/log',
} as const

/** Whether keys belong to what has the focus, and not to the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** Whether a menu or dialog is open, which has the keys then; a message in the corner does not. */
export function isCovered(): boolean {
  return document.querySelector('[data-covers]') !== null
}
