/** A thread is to end. */
export class Stopped extends Error {}

/** How long one waits for another before it looks whether it is to end, in milliseconds. */
export const LOOK_MS = 50
