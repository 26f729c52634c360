import { fail } from '@kith/core/fault/fault.ts'
import type { HttpQuestion } from '@kith/core/network/http.ts'
import { namesEtag, parseIf, type IfList } from '@kith/wire/dav/headers.ts'
import { parseDavPath } from '@kith/wire/dav/names.ts'
import type { Locks } from './locks.ts'
import { above, etagOf, placeOf, type Place } from './place.ts'
import type { SharedFolder } from '../library/folder.ts'
import type { DavUser } from './users.ts'

export interface Asker {
  readonly user: DavUser
  readonly folders: readonly SharedFolder[]
  readonly locks: Locks
}

/** What a request says under which conditions it is meant, and which locks its sender knows of. */
export class Conditions {
  readonly tokens: ReadonlySet<string>
  readonly #lists: readonly IfList[]
  readonly #question: HttpQuestion
  readonly #asker: Asker

  /** @throws FaultError `dav/header` */
  constructor(question: HttpQuestion, asker: Asker) {
    const header = question.headers['if']
    this.#question = question
    this.#asker = asker
    this.#lists = header === undefined ? [] : parseIf(header)
    const all = this.#lists.flatMap(({ conditions }) => conditions)
    this.tokens = new Set(all.flatMap((one) => ('token' in one ? [one.token] : [])))
  }

  /** @throws FaultError `dav/precondition` */
  async check(place: Place): Promise<void> {
    const { headers } = this.#question
    const match = headers['if-match']
    const noneMatch = headers['if-none-match']
    const unsent = this.#question.method === 'GET' || this.#question.method === 'HEAD'
    if (match !== undefined || (noneMatch !== undefined && !unsent)) {
      const entry = await place.tree.look(place.names)
      const etag = entry === undefined ? undefined : etagOf(entry)
      if (match !== undefined && !namesEtag(match, etag)) throw unmet()
      if (noneMatch !== undefined && namesEtag(noneMatch, etag)) throw unmet()
    }
    if (this.#lists.length === 0) return
    for (const list of this.#lists) if (await this.#holds(list, place)) return
    throw unmet()
  }

  async #holds({ resource, conditions }: IfList, asked: Place): Promise<boolean> {
    const place = resource === undefined ? asked : this.#placeOf(resource)
    const entry = place === undefined ? undefined : await place.tree.look(place.names)
    const etag = entry === undefined ? undefined : etagOf(entry)
    const held = new Set(place === undefined ? [] : this.#asker.locks.over(place.at).map(({ token }) => token))
    return conditions.every((one) => {
      const holds = 'token' in one ? held.has(one.token) : etag !== undefined && one.etag.replace(/^W\//, '') === etag
      return holds !== one.not
    })
  }

  #placeOf(resource: string): Place | undefined {
    try {
      return placeOf(this.#asker.user, this.#asker.folders, parseDavPath(resource).names)
    } catch {
      return undefined
    }
  }

  /**
   * Whether the sender may change what is there, as far as locks go: `members` when it comes, goes, or changes its name,
   * for that is a change of the folder it is in; `deep` when all below it goes as well.
   * @throws FaultError `dav/locked`
   */
  checkLocks(place: Place, how: { readonly members: boolean; readonly deep: boolean }): void {
    const { locks, user } = this.#asker
    const isOurs = ({ token, user: holder }: { token: string; user: string }): boolean =>
      this.tokens.has(token) && holder === user.name
    const free = (at: string): boolean => {
      const over = locks.over(at)
      return over.length === 0 || over.some(isOurs)
    }
    const here = free(place.at) && (!how.members || place.names.length === 0 || free(above(place)))
    if (here && (!how.deep || locks.below(place.at).every(isOurs))) return
    throw fail('unavailable', 'dav/locked', 'Somebody else works on it')
  }
}

function unmet(): Error {
  return fail('input', 'dav/precondition', 'What the request is based on is not so any more')
}
