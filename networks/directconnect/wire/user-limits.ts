/** A line of a user to a hub: the longest that anybody needs is a result with a long path, or a long text in chat. */
export const mostUserLineBytes: number = 16 * 1024
/** Characters of one thing that a user says of himself: everybody is told, and it is kept. */
export const mostFieldLength = 512
/** Clients log in within a second or two; a password may have to be typed. */
export const userLoginMs = 60_000
/** A user who is silent for this long is sent an empty line: the system notices then when nobody is there any more. */
export const userSilenceMs = 120_000
