/** A sentence without data, and the data beside it: `log.info('peer refused slot', { peer })`. */
export interface Log {
  debug(sentence: string, fields?: Readonly<Record<string, unknown>>): void
  info(sentence: string, fields?: Readonly<Record<string, unknown>>): void
  warn(sentence: string, fields?: Readonly<Record<string, unknown>>): void
  error(sentence: string, fields?: Readonly<Record<string, unknown>>): void
  child(name: string): Log
}
