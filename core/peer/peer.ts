/** Identifiers of the networks, in the order in which people meet them. */
export type NetworkId = 'neighbours' | 'bittorrent' | 'directconnect' | 'edonkey' | 'gnutella' | 'freenet'

/** Someone on one network. */
export interface Peer {
  readonly network: NetworkId
  /** The same peer has the same key whenever we meet it: what blame and bans are remembered by. */
  readonly key: string
  /** Address or nickname, for people. */
  readonly name: string
  /** The program it says it runs, for example `qBittorrent 4.5.2`. */
  readonly client?: string | undefined
}
