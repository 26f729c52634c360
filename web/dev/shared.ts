import type { HashingView, SharedFile, SharedFileWindow, SharedFolder } from '@kith/api/sharing.ts'

const gib = 2 ** 30
const none = { files: 0, bytes: 0 }

export const madeUpFolders: readonly SharedFolder[] = [
  {
    id: 1,
    name: 'Music',
    path: '/home/ana/Music',
    audience: 'everyone',
    ignore: ['.*'],
    present: true,
    looking: false,
    known: { files: 18_204, bytes: 210 * gib },
    waiting: { files: 312, bytes: 4 * gib },
    trouble: { files: 1, bytes: 4096 },
    absent: none,
    skipped: 2,
    faults: [
      { kind: 'local', code: 'disk/denied', message: '/home/ana/Music/locked.flac cannot be read' },
      {
        kind: 'local',
        code: 'library/link',
        message: '/home/ana/Music/all is a link: what it points to is not shared',
      },
    ],
  },
  {
    id: 2,
    name: 'Photographs',
    path: '/media/ana/archive/photographs',
    audience: 'friends',
    networks: ['neighbours'],
    ignore: ['.*', 'raw/**'],
    present: false,
    looking: false,
    known: none,
    waiting: none,
    trouble: none,
    absent: { files: 40_112, bytes: 380 * gib },
    skipped: 0,
    faults: [],
  },
]

export const madeUpHashing: HashingView = {
  state: 'hashing',
  waiting: { files: 312, bytes: 4 * gib },
  known: { files: 18_204, bytes: 210 * gib },
  rate: 380_000_000,
  leftMs: 11_300,
  current: '/home/ana/Music/live/Café del Mar.flac',
}

const names = ['Café del Mar.flac', 'Field recordings 2024.wav', 'Lecture 07 — swarms.mp4', 'Scores.pdf']

export function madeUpSharedFiles(words: string): SharedFileWindow {
  const rows = names
    .map((name, index): SharedFile => ({
      id: index + 1,
      folder: 1,
      name,
      path: `/home/ana/Music/${name}`,
      size: (index + 1) * 30_000_000,
      modifiedAt: 0,
      state: index === 2 ? 'waiting' : 'known',
      digests: [],
      given: index === 0 ? 210_000_000 : 0,
    }))
    .filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()))
  return { total: rows.length, from: 0, rows }
}
