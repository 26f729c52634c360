import type { Endpoint } from '@kith/core/network/net.ts'

/** `1.2.3.4:5` or `[::1]:5`; undefined for anything that is not numeric. */
export function endpointIn(text: string): Endpoint | undefined {
  const match = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(text)
  const port = Number(match?.[3] ?? 0)
  return match === null || port < 1 || port > 65_535 ? undefined : { host: match[1] ?? match[2]!, port }
}
