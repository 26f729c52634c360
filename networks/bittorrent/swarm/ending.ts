import type { Fault } from '@kith/core/fault/fault.ts'
import type { Outcome } from '@kith/core/source/score.ts'
import type { Session } from './session.ts'

/**
 * What an ended session says of its peer; `told` is whether it had the info dictionary from us. One that takes it and
 * leaves at once has only begun: Transmission closes all its connections then, makes room for the files and starts anew,
 * and where it cannot dial us nobody but us can go on.
 */
export function outcomeOf({ delivered, given, talk }: Session, fault: Fault | undefined, told: boolean): Outcome {
  if (delivered > 0) return { kind: 'delivered', bytes: delivered }
  if (talk.stage !== 'open') return { kind: 'unreachable' }
  const left = fault === undefined || fault.code === 'net/reset'
  return { kind: told && given === 0 && left ? 'restarting' : 'idle' }
}
