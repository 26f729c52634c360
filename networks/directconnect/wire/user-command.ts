/** Something that a hub offers in menus: what to send when it is chosen. */
export interface UserCommand {
  /** Levels of a menu, from the top. */
  readonly path: readonly string[]
  readonly context: { readonly hub: boolean; readonly user: boolean; readonly search: boolean; readonly list: boolean }
  readonly kind: 'separator' | 'send' | 'clear'
  /** With parameters such as `%[userNI]`. */
  readonly text: string
}
