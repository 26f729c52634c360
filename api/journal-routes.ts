import { z } from 'zod'
import type { FolderQuery, FolderView } from './access.ts'
import { folderQuery, folderView } from './access.ts'
import type { JournalEntry, LogLine, LogQuery } from './journal.ts'
import { journalEntry, logLine, logQuery } from './journal.ts'
import type { None, Route } from './route.ts'

const afterQuery = z.object({ after: z.coerce.number().int().min(0).optional() })

/** What happened, and the disk of the daemon. */
export interface JournalRoutes {
  readonly journal: Route<None, { readonly after?: number | undefined }, None, readonly JournalEntry[]>
  readonly log: Route<None, LogQuery, None, readonly LogLine[]>
  readonly folders: Route<None, FolderQuery, None, FolderView>
}

export const journalRoutes: JournalRoutes = {
  journal: {
    method: 'get',
    path: '/journal',
    scope: 'view',
    tag: 'journal',
    summary: 'What happened, after a number',
    params: [],
    query: afterQuery,
    response: z.array(journalEntry),
  },
  log: {
    method: 'get',
    path: '/log',
    scope: 'view',
    tag: 'journal',
    summary: 'The newest lines of the log',
    params: [],
    query: logQuery,
    response: z.array(logLine),
  },
  folders: {
    method: 'get',
    path: '/folders',
    scope: 'transfer',
    tag: 'files',
    summary: 'Folders on the daemon’s machine',
    params: [],
    query: folderQuery,
    response: folderView,
  },
}
