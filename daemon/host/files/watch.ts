import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'

/** Each takes a watch of the system, of which a user has some thousand at least, and some memory here. */
const mostFolders = 8_192

/** Watches folders for changes of what is directly in them; where the system has no more watches, it says so. */
export class FolderWatch implements Disposable {
  readonly #changed: (path: string) => void
  readonly #watchers = new Map<string, FSWatcher>()
  #complete = true

  constructor(changed: (path: string) => void) {
    this.#changed = changed
  }

  /** False when there are folders whose changes nobody tells: these have to be looked at from time to time. */
  get complete(): boolean {
    return this.#complete
  }

  get size(): number {
    return this.#watchers.size
  }

  add(path: string): void {
    if (this.#watchers.has(path)) return
    if (this.#watchers.size >= mostFolders) {
      this.#complete = false
      return
    }
    try {
      const watcher = watch(path, { persistent: false }, () => this.#changed(path))
      watcher.on('error', () => {
        this.remove(path)
        this.#changed(path)
      })
      this.#watchers.set(path, watcher)
    } catch {
      // No more watches, or a file system without them.
      this.#complete = false
    }
  }

  remove(path: string): void {
    this.#watchers.get(path)?.close()
    this.#watchers.delete(path)
  }

  /** Removes a folder and all that is below it. */
  removeBelow(path: string): void {
    for (const one of this.#watchers.keys()) if (one === path || one.startsWith(`${path}/`)) this.remove(one)
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }
}
