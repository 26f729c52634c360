/** Where somebody listens, as links write it. */
export interface HostPort {
  /** A name or an address; v6 without brackets. */
  readonly host: string
  readonly port: number
}

/** `host:port` or `[v6]:port`, or undefined. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s[\]:/@]{1,255})):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  return match === null || port < 1 || port > 65535 ? undefined : { host: (match[1] ?? match[2])!, port }
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
