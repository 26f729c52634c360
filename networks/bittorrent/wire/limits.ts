/** The most files of a torrent: ten times the largest seen. */
export const mostFiles: number = 2_000_000
/** An info dictionary of a million files with ordinary names stays below this. */
export const longestInfo: number = 64 * 1024 * 1024
/** With trackers, seeds and what version 2 puts beside the info dictionary. */
export const longestMetainfo: number = 96 * 1024 * 1024
/** As many digests as fit into the longest info dictionary. */
export const mostPieces: number = Math.ceil(longestInfo / 20)
/** Nobody sends pieces of more than 64 MiB today. */
export const longestPiece: number = 512 * 1024 * 1024
