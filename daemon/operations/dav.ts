import type { DavUserView } from '@kith/api/dav.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Handlers } from '../api/handlers.ts'
import type { DavService } from '../dav/service.ts'
import type { DavUser, Right } from '../dav/users.ts'
import type { Library } from '../library/library.ts'
import { faultView } from '../views/fault-view.ts'

export interface DavOperationsWorld {
  readonly dav: DavService
  readonly library: Library
}

/** What can be done about WebDAV. */
export function davOperations(world: DavOperationsWorld): Pick<Handlers, 'dav' | 'setDavUser' | 'removeDavUser'> {
  const { dav, library } = world
  const view = ({ name, rights }: DavUser): DavUserView => {
    const having = (right: Right): readonly string[] =>
      library.folders.flatMap((folder) => (rights.get(folder.id) === right ? [folder.name] : []))
    return { name, read: having('read'), write: having('write') }
  }
  const idOf = (which: string): number => {
    const found = library.folders.find(({ id, name }) => name === which || String(id) === which)
    if (found === undefined) throw fail('input', 'dav/folder', `No shared folder is called “${which}”`)
    return found.id
  }
  return {
    dav: () => ({
      on: dav.on,
      users: dav.users.all.map(view),
      ...(dav.url === undefined ? {} : { url: dav.url }),
      ...(dav.fault === undefined ? {} : { fault: faultView(dav.fault) }),
    }),
    async setDavUser({ params, body: { password, read, write } }) {
      const known = dav.users.get(params.id)?.rights ?? new Map<number, Right>()
      const rights = new Map<number, Right>()
      for (const [id, right] of known) if ((right === 'read' ? read : write) === undefined) rights.set(id, right)
      for (const one of read ?? []) rights.set(idOf(one), 'read')
      for (const one of write ?? []) rights.set(idOf(one), 'write')
      const user = await dav.users.set(params.id, { rights, ...(password === undefined ? {} : { password }) })
      return view(user)
    },
    async removeDavUser({ params }) {
      dav.removeUser(params.id)
    },
  }
}
