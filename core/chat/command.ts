/** Something that a room offers in a menu, such as what operators of a hub do with a user. */
export interface RoomCommand {
  /** Names it as long as the room offers it. */
  readonly id: string
  /** Levels of a menu, from the top. */
  readonly path: readonly string[]
  /** It is done to somebody in the room. */
  readonly aboutSomebody: boolean
  /** What has to be asked before, such as a reason. */
  readonly asks: readonly string[]
}
