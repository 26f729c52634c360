import type { Layout } from '@kith/core/transfer/layout.ts'
import type { FileRun, Place, Places } from '@kith/core/transfer/storage.ts'
import type { OpenFile } from './descriptors.ts'
import { segments } from './file-map.ts'
import type { Files } from './files.ts'

export interface PlacesWorld {
  readonly layout: Layout
  readonly files: Files
  /** Keeps the files where they are, until `leave`. */
  enter(): Promise<void>
  leave(): void
}

/** The places of what lies in files that stay open while they are used. */
export function placesIn({ layout, files, enter, leave }: PlacesWorld, writable: boolean): Places {
  return {
    can: (start, end) => segments(layout, start, end).every(({ index, padding }) => !padding && files.isLong(index)),
    async open(start, end): Promise<Place> {
      await enter()
      const used: OpenFile[] = []
      const done = (): void => {
        for (const file of used.splice(0)) files.done(file)
        leave()
      }
      try {
        const runs: FileRun[] = []
        for (const { index, position, length } of segments(layout, start, end)) {
          const { file, base } = await files.use(index, writable)
          used.push(file)
          runs.push({ file: file.fd, path: files.pathOf(index), position: base + position, length })
        }
        return { runs, [Symbol.dispose]: done }
      } catch (error) {
        done()
        throw error
      }
    },
  }
}
