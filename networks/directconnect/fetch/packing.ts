/** What gets shorter by much when it is packed: texts, tables, and what was never packed. All else has its own packing. */
const endings: ReadonlySet<string> = new Set(
  (
    'txt log md rst nfo diz csv tsv json jsonl xml html htm xhtml css js mjs ts c h cc cpp hpp cs java py rb pl go rs php ' +
    'sh bat ps1 sql tex bib srt sub ass ssa vtt lrc cue m3u pls ini cfg conf toml yml yaml ics vcf eml mbox rtf doc xls ppt ' +
    'svg eps ps bmp tif tiff tga ppm pgm pnm xpm wav aif aiff mid obj stl ply dxf dwg mdb db sqlite tar'
  ).split(' '),
)
/** How fast the network is shows in the first part, if it is not smaller than this. */
const measuredBytes = 1024 * 1024
/** Bytes a second: what comes faster is slowed down by packing and unpacking it. */
const fastRate = 16 * 1024 * 1024

/** Whether the parts of a file from one user come packed (ADC-EXT ZLIG). */
export class Packing {
  #rate: number | undefined

  /** Whether to ask for the next `bytes` of a file of this name packed. */
  wanted(name: string, bytes: number): boolean {
    const ending = /\.([a-z\d]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
    if (!endings.has(ending)) return false
    return this.#rate === undefined ? bytes < measuredBytes : this.#rate < fastRate
  }

  /** So many bytes came unpacked within so many milliseconds. */
  measured(bytes: number, ms: number): void {
    if (bytes >= measuredBytes) this.#rate = (bytes * 1000) / Math.max(1, ms)
  }
}
