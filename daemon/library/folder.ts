import type { Fault } from '@kith/core/fault/fault.ts'
import type { Stamp } from '../host/hash/stamp.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Audience } from '@kith/core/share/share.ts'

/** A folder of this machine that the user shares. */
export interface SharedFolder {
  readonly id: number
  /** What others see it as. */
  readonly name: string
  readonly path: string
  readonly audience: Audience
  /** Networks it is offered on; all without it. */
  readonly networks?: readonly NetworkId[]
  /** Names (`*.tmp`), or paths from the folder down (`drafts/**`), that are left out. */
  readonly ignore: readonly string[]
}

/** What nobody means to share: hidden files, what other programs are still writing, what systems leave behind. */
export const usuallyIgnored: readonly string[] = [
  '.*',
  '*.part',
  '*.crdownload',
  '*.!qB',
  '*.!ut',
  '*.tmp',
  '~*',
  '*~',
  'Thumbs.db',
  'desktop.ini',
  'lost+found',
  '@eaDir',
  '$RECYCLE.BIN',
  'System Volume Information',
]

/** What is known of one file when its folder is listed. */
export interface Found {
  readonly name: string
  readonly stamp: Stamp
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** A file in a shared folder. */
export interface LibraryFile {
  readonly id: number
  readonly folder: number
  /** The folder it is in, below the shared one, with slashes; '' when it is that. */
  readonly dir: string
  readonly name: string
  readonly stamp: Stamp
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
  readonly state: 'waiting' | 'known' | 'trouble'
  /** Its disk is not there now. */
  readonly absent: boolean
  /** How often it changed while it was hashed. */
  readonly tries: number
  readonly fault?: Fault
  /** Under which its digests are kept, when it is known. */
  readonly digests?: number
}

export function pathOf({ dir, name }: Pick<LibraryFile, 'dir' | 'name'>): string {
  return dir === '' ? name : `${dir}/${name}`
}
