import type { AnyRouter } from '@tanstack/react-router'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { browseSearch } from './screens/browse/search.ts'
import { findSearch } from './screens/find/search.ts'
import { keeperSearch } from './screens/keeper/search.ts'
import { logSearch } from './screens/log/search.ts'
import { Broken } from './screens/broken.tsx'
import { filterSearch } from './screen-search.ts'
import { librarySearch } from './screens/library/search.ts'
import { talkSearch } from './screens/talk/search.ts'
import { treeSearch } from './screens/tree/search.ts'
import { transfersSearch } from './transfers/search.ts'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => null,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./screens/home/home.tsx'), 'HomeScreen'),
})
const find = createRoute({
  getParentRoute: () => root,
  path: '/find',
  component: lazyRouteComponent(() => import('./screens/find/find.tsx'), 'FindScreen'),
  validateSearch: findSearch,
})
const browse = createRoute({
  getParentRoute: () => root,
  path: '/browse',
  component: lazyRouteComponent(() => import('./screens/browse/browse.tsx'), 'BrowseScreen'),
  validateSearch: browseSearch,
})
const transfers = createRoute({
  getParentRoute: () => root,
  path: '/transfers',
  component: lazyRouteComponent(() => import('./transfers/transfers.tsx'), 'TransfersScreen'),
  validateSearch: transfersSearch,
})
const library = createRoute({
  getParentRoute: () => root,
  path: '/library',
  component: lazyRouteComponent(() => import('./screens/library/library.tsx'), 'LibraryScreen'),
  validateSearch: librarySearch,
})
const talk = createRoute({
  getParentRoute: () => root,
  path: '/talk',
  component: lazyRouteComponent(() => import('./screens/talk/talk.tsx'), 'TalkScreen'),
  validateSearch: talkSearch,
})
const nearby = createRoute({
  getParentRoute: () => root,
  path: '/nearby',
  component: lazyRouteComponent(() => import('./screens/nearby/nearby.tsx'), 'NearbyScreen'),
})
const tree = createRoute({
  getParentRoute: () => root,
  path: '/nearby/folders',
  component: lazyRouteComponent(() => import('./screens/tree/tree.tsx'), 'TreeScreen'),
  validateSearch: treeSearch,
})
const networks = createRoute({
  getParentRoute: () => root,
  path: '/networks',
  component: lazyRouteComponent(() => import('./screens/networks/networks.tsx'), 'NetworksScreen'),
})
const keeper = createRoute({
  getParentRoute: () => root,
  path: '/networks/keeper',
  component: lazyRouteComponent(() => import('./screens/keeper/keeper.tsx'), 'KeeperScreen'),
  validateSearch: keeperSearch,
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./screens/settings/settings.tsx'), 'SettingsScreen'),
  validateSearch: filterSearch,
})
const log = createRoute({
  getParentRoute: () => root,
  path: '/log',
  component: lazyRouteComponent(() => import('./screens/log/log.tsx'), 'LogScreen'),
  validateSearch: logSearch,
})
const elsewhere = createRoute({
  getParentRoute: () => root,
  path: '$',
  beforeLoad() {
    throw redirect({ to: '/' })
  },
})

const routes = root.addChildren([
  home,
  find,
  browse,
  transfers,
  library,
  talk,
  nearby,
  tree,
  networks,
  keeper,
  settings,
  log,
  elsewhere,
])

export function makeRouter(): AnyRouter {
  return createRouter({
    routeTree: routes,
    defaultPreload: false,
    scrollRestoration: false,
    defaultErrorComponent: Broken,
  })
}
