/** A call of the system on a file failed: what was being done, and where. */
export class FileError extends Error {
  readonly doing: string
  readonly path: string

  constructor(doing: 'read the file' | 'write the file', path: string, cause: unknown) {
    super(`could not ${doing}: ${path}`, { cause })
    this.doing = doing
    this.path = path
  }
}
