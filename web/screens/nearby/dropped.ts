/** A file of this browser, with the folders that it was dropped in, joined by slashes. */
export interface Dropped {
  readonly name: string
  readonly file: File
}

/** More than the daemon takes at once. */
const mostFiles = 2_001

/** True for files that are dragged from outside of the page. */
export function bringsFiles(data: Pick<DataTransfer, 'types'> | null): boolean {
  return data !== null && data.types.includes('Files')
}

/** What was dropped: files, and folders with all that is in them. Call it while the event is told: later it is empty. */
export function droppedFiles(data: Pick<DataTransfer, 'files' | 'items'>): Promise<readonly Dropped[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  return entries.length === 0 ? Promise.resolve(named([...data.files])) : filesOf(entries)
}

export function named(files: readonly File[]): readonly Dropped[] {
  return files.map((file) => ({ name: file.name, file }))
}

async function filesOf(entries: readonly FileSystemEntry[]): Promise<readonly Dropped[]> {
  const found: Dropped[] = []
  for (const waiting = [...entries]; waiting.length > 0 && found.length < mostFiles;) {
    const entry = waiting.shift()!
    const name = entry.fullPath.replace(/^\/+/, '')
    if (entry.isFile) found.push({ name, file: await fileOf(entry as FileSystemFileEntry) })
    else if (entry.isDirectory) waiting.unshift(...(await inside(entry as FileSystemDirectoryEntry)))
  }
  return found
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A reader gives some at a time, and none at the end. */
async function inside(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0 || all.length >= mostFiles) return all
    all.push(...some)
  }
}
