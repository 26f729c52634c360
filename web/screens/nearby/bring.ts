import { bring } from '@kith/api/bring.ts'
import { type Client, ProblemError } from '@kith/api/client.ts'
import type { Dropped } from './dropped.ts'

/**
 * Brings files to the daemon's machine, and gives the path there. The same files, chosen again after the page was loaded anew
 * or the daemon was away, go on where they broke off.
 */
export async function bringAll(
  client: Client,
  files: readonly Dropped[],
  told: { readonly begun: () => void; readonly broke: () => void },
): Promise<string> {
  const said = files.map(({ name, file }) => ({ name, size: file.size, modified: file.lastModified }))
  const { id, path, done, state } = await client.call('beginUpload', { body: { files: said } })
  told.begun()
  if (state === 'whole') return path
  let isBroken = false
  const onBreak = (error: Error | undefined): void => {
    // Once for each break, not for each try.
    if (error !== undefined && !isBroken) told.broke()
    isBroken = error !== undefined
  }
  try {
    for (const [index, { file }] of files.entries()) {
      // Of a fresh upload nothing is there: it is not asked for each of a thousand files.
      await bring(client, `/uploads/${id}/files/${index}`, file, { onBreak, ...(done === 0 ? { offset: 0 } : {}) })
    }
    return path
  } catch (error) {
    // It may be gone already: then that is why.
    if (error instanceof ProblemError) await client.call('endUpload', { params: { id } }).catch(() => {})
    throw error
  }
}
