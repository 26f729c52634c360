/** A thread is to end. */
export class Stopped extends Error {}
