/** Where files are put that others send as whole streams: the folder for downloads. */
export interface Arrivals {
  /**
   * Writes a file whole or not at all. Names are made safe, and nothing that is there is written over: a name that is
   * taken gets a number. Gives the path of the file.
   * @throws FaultError `disk/…`, or what the bytes end with
   */
  write(names: readonly string[], bytes: AsyncIterable<Uint8Array>): Promise<string>
}
