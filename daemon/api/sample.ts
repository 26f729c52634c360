import type { View } from '@kith/api/live.ts'
import type { Asker, Handlers } from './handlers.ts'

/** One sample of what a screen shows: the same that the routes give. @throws FaultError when it is not there */
export async function sampleOf(handlers: Handlers, view: View): Promise<unknown> {
  switch (view.view) {
    case 'status':
      return handlers.status({}, nobody)
    case 'speed':
      return handlers.speedHistory({}, nobody)
    case 'transfers':
      return handlers.transfers({ query: view.query ?? {} }, nobody)
    case 'transfer':
      return handlers.transfer({ params: { id: view.id } }, nobody)
    case 'files':
      return handlers.files({ params: { id: view.id }, query: view.query ?? {} }, nobody)
    case 'sources':
      return handlers.sources({ params: { id: view.id } }, nobody)
    case 'pieces':
      return handlers.pieces({ params: { id: view.id }, query: { buckets: view.buckets } }, nobody)
    case 'searches':
      return handlers.searches({}, nobody)
    case 'found':
      return handlers.found({ params: { id: view.id }, query: view.query ?? {} }, nobody)
    case 'browse':
      return handlers.browsed({ params: { id: view.id } }, nobody)
    case 'rooms':
      return handlers.rooms({}, nobody)
    case 'messages':
      return handlers.messages({ params: { id: view.id }, query: view.query ?? {} }, nobody)
    case 'people':
      return handlers.people({ query: view.query ?? {} }, nobody)
    case 'unread':
      return handlers.unread({}, nobody)
    case 'gateways':
      return handlers.gateways({ params: { id: view.id } }, nobody)
    case 'networks':
      return handlers.networks({}, nobody)
    case 'publications':
      return handlers.publications({}, nobody)
    case 'sharedFolders':
      return handlers.sharedFolders({}, nobody)
    case 'hashing':
      return handlers.hashing({}, nobody)
    case 'printers':
      return handlers.printers({}, nobody)
    case 'nearbyPrinters':
      return handlers.nearbyPrinters({}, nobody)
    case 'printJobs':
      return handlers.printJobs({}, nobody)
    case 'log':
      return handlers.log({ query: view.query ?? {} }, nobody)
  }
}

/** Whoever listens was let in when the stream began. */
export const nobody: Asker = {
  grant: { scopes: [], via: 'none' },
  session: undefined,
  sender: '',
  address: '',
  setSession: () => {},
}
