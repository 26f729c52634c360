import { fail } from '@kith/core/fault/fault.ts'
import type { Access } from '../api/access.ts'
import type { Handlers } from '../api/handlers.ts'

/**
 * Who may do what. `url` is where the page is, or undefined when it listens nowhere; `onlyHere` says whether it listens
 * on this machine only.
 */
export function accessOperations(
  access: Access,
  url: () => string | undefined,
  onlyHere: () => boolean,
): Pick<Handlers, 'session' | 'signIn' | 'signOut' | 'setPassword' | 'link' | 'tokens' | 'newToken' | 'removeToken'> {
  return {
    session: (_input, { grant }) => ({ ...grant, password: access.hasPassword }),
    async signIn({ body }, asker) {
      asker.setSession(await access.signIn(body, asker.address))
      return { scopes: ['admin'], via: 'session', password: access.hasPassword }
    },
    signOut(_input, asker) {
      access.signOut(asker.session)
      asker.setSession(undefined)
    },
    setPassword({ body }, { session }) {
      if (body.password === '' && !onlyHere()) {
        throw fail('input', 'api/password-needed', 'The page listens beyond this machine, so it needs a password', {
          hint: 'Set api.listen to 127.0.0.1 first.',
        })
      }
      return access.setPassword(body.password, session)
    },
    link() {
      const base = url()
      if (base === undefined) throw fail('unavailable', 'api/no-page', 'The page is switched off')
      return { url: `${base}/#t=${access.link()}` }
    },
    tokens: () => access.tokens,
    newToken: ({ body }) => access.newToken(body),
    removeToken: ({ params }) => access.removeToken(params.id),
  }
}
