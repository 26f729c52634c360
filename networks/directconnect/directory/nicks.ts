/** Nicks are the same in any case and width of letters. */
export function foldNick(nick: string): string {
  return nick.normalize('NFKC').toLowerCase()
}

const longestNick = 64
// oxlint-disable-next-line no-control-regex
const refused = /[\0-\x20$|<>\x7f]|\p{Cf}|\p{Zl}|\p{Zp}/u

/** Why a nick cannot be had; undefined when it can. What one of the two protocols gives a meaning is for nobody. */
export function nickProblem(nick: string, voice: string): string | undefined {
  if (nick === '') return 'You have no nick'
  if (nick.length > longestNick) return `A nick has at most ${longestNick} letters here`
  if (refused.test(nick)) return 'A nick has no spaces here, and none of $ | < >'
  if (foldNick(nick) === foldNick(voice)) return 'That is what the hub is called'
  return undefined
}
