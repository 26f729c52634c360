/** Somebody does something instead of saying it. */
const action = /^\/me (.+)$/s

/** `<nick> text`; undefined for a line that is nobody's, which is the hub's own. */
export function readChat(line: string): { readonly nick: string; readonly text: string } | undefined {
  const match = /^<([^>]*)>(?: |$)(.*)$/s.exec(line)
  return match === null ? undefined : { nick: match[1]!, text: match[2]! }
}

export function formatChat(nick: string, text: string): string {
  return `<${nick}> ${text}|`
}

/** What follows `$To: `. `as` is the name that it is said in, which need not be that of the sender. */
export function readPrivate(
  rest: string,
): { readonly to: string; readonly from: string; readonly as: string; readonly text: string } | undefined {
  const match = /^([^ ]+) From: ([^ ]+) \$<([^>]*)> ?(.*)$/s.exec(rest)
  return match === null ? undefined : { to: match[1]!, from: match[2]!, as: match[3]!, text: match[4]! }
}

export function formatPrivate(from: string, to: string, text: string): string {
  return `$To: ${to} From: ${from} $<${from}> ${text}|`
}

export function readAction(text: string): { readonly text: string; readonly me: boolean } {
  const match = action.exec(text)
  return match === null ? { text, me: false } : { text: match[1]!, me: true }
}

export function formatAction(text: string, me: boolean): string {
  return me ? `/me ${text}` : text
}
