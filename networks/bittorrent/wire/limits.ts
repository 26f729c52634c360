/**
 * The most files of a torrent: more than the largest seen. Each costs about a kilobyte of memory here, and the whole list is read
 * in one go; other clients stop near 400,000.
 */
export const mostFiles: number = 300_000
/** An info dictionary of that many files with ordinary names stays far below this. */
export const longestInfo: number = 64 * 1024 * 1024
/** With trackers, seeds and what version 2 puts beside the info dictionary. */
export const longestMetainfo: number = 96 * 1024 * 1024
/** As many digests as fit into the longest info dictionary. */
export const mostPieces: number = Math.ceil(longestInfo / 20)
/** Nobody sends pieces of more than 64 MiB today. */
export const longestPiece: number = 512 * 1024 * 1024
