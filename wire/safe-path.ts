import { utf8 } from '@kith/wire/bytes.ts'

/** The longest name that file systems hold, in bytes. */
const longestName = 255
/** An extension longer than this is not one, and is cut like the rest. */
const longestExtension = 16
/** Folders inside each other: no torrent of people has as many, and every one is a folder to make. */
export const deepestPath: number = 64
/** What Linux takes for a whole path is 4,096; the rest is for the folder that the transfer is put in. */
export const longestPath: number = 3_072

// oxlint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f-\u009f\ufffd]/g
const separators = /[/\\]/g
/** Characters that reverse or hide what stands around them, so that `gpj.exe` reads as `exe.jpg`. */
const invisible = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g
/** Names without anything below, as most are. */
const ordinary = /^[A-Za-z0-9_][\w ,()[\].-]{0,79}[\w)\]]$/
/** Names that Windows takes for devices, with any extension. */
const devices = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?$/i

/**
 * A name for one file or folder that leads nowhere else on any system: without separators and control characters, not
 * `.` or `..`, no drive, no device, nothing that Windows would strip from its end, at most 255 bytes, never empty.
 */
export function safeName(name: string): string {
  if (ordinary.test(name) && !devices.test(name)) return name
  let safe = name.toWellFormed().replace(invisible, '').replace(controls, '_').replace(separators, '_')
  safe = safe.replace(/^([A-Za-z]):/, '$1_')
  if (/^[. ]*$/.test(safe)) safe = '_'.repeat(Math.max(1, Math.min(safe.length, 2)))
  safe = shorten(safe.replace(/[. ]$/, '_'), '')
  return devices.test(safe) ? shorten(`_${safe}`, '') : safe
}

/** Cut at a character so that name, suffix and extension fit; the suffix goes before the extension. */
function shorten(name: string, suffix: string): string {
  if (suffix === '' && name.length * 3 <= longestName) return name
  const dot = name.lastIndexOf('.')
  const isExtension = dot > 0 && utf8(name.slice(dot)).length <= longestExtension
  const extension = isExtension ? name.slice(dot) : ''
  const room = longestName - utf8(suffix + extension).length
  let stem = ''
  let bytes = 0
  for (const character of isExtension ? name.slice(0, dot) : name) {
    bytes += utf8(character).length
    if (bytes > room) break
    stem += character
  }
  // What is now at the end may not be there; the extension protects it, if there is one.
  if (extension === '' && suffix === '') stem = stem.replace(/[. ]$/, '_')
  return stem + suffix + extension
}

/** Names that some file system takes for the same. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

/**
 * Safe paths for the files of one torrent, given in its own order: a path that is there already, also in other case, or
 * that stands where a folder has to be, gets a number: `name (2).txt`. The same torrent gives the same paths everywhere.
 */
export class SafePaths {
  readonly #taken = new Set<string>()
  readonly #folders = new Set<string>()
  readonly #next = new Map<string, number>()

  /** Every path of the torrent has to be announced before the first is taken. */
  announce(path: readonly string[]): void {
    let folder = ''
    for (const name of path.slice(0, -1)) {
      folder += `/${fold(name)}`
      this.#folders.add(folder)
    }
  }

  /** `path` as it may be used; its names are safe already. */
  take(path: readonly string[]): readonly string[] {
    const folders = path.slice(0, -1)
    const parent = folders.map((name) => `/${fold(name)}`).join('')
    const name = path.at(-1)!
    const wanted = `${parent}/${fold(name)}`
    if (this.#claim(wanted)) return path
    for (let number = this.#next.get(wanted) ?? 2; ; number++) {
      const other = shorten(name, ` (${number})`)
      if (!this.#claim(`${parent}/${fold(other)}`)) continue
      this.#next.set(wanted, number + 1)
      return [...folders, other]
    }
  }

  #claim(key: string): boolean {
    if (this.#taken.has(key) || this.#folders.has(key)) return false
    this.#taken.add(key)
    return true
  }
}
