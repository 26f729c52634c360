import type { Fault } from '@kith/core/fault/fault.ts'

const hint = 'Add the hub again with the right one, as dchub://nick:password@host.'

/** What an NMDC hub says when it does not let us in, as a fault; undefined for any other command. */
export function nmdcRefusal(command: string): Fault | undefined {
  switch (command) {
    case 'BadPass':
      return { kind: 'input', code: 'directconnect/password-wrong', message: 'The hub refused the password', hint }
    case 'ValidateDenide':
    case 'BadNick':
      return {
        kind: 'unavailable',
        code: 'directconnect/nick-taken',
        message: 'The hub does not take this nick',
        hint: 'Choose another nick: for all hubs with directconnect.nick, for this one as dchub://nick@host.',
      }
    case 'HubIsFull':
      return { kind: 'unavailable', code: 'directconnect/hub-full', message: 'The hub is full' }
    default:
      return undefined
  }
}
