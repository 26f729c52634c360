import type { Medium } from './query.ts'

/** File name endings by what people look for. */
const endings: Readonly<Record<Exclude<Medium, 'folder'>, string>> = {
  audio:
    'mp3 flac ogg oga opus m4a aac wav wma aif aiff alac ape wv mka mid midi mpc tta dsf dff ra amr m3u m3u8 pls cue',
  video: 'mkv mp4 m4v avi mov wmv flv webm mpg mpeg m2ts mts ts vob ogv 3gp rm rmvb divx asf srt sub ass ssa',
  image: 'jpg jpeg png gif webp avif bmp tif tiff svg heic heif raw cr2 nef arw dng psd xcf ico jxl',
  document:
    'pdf epub mobi azw3 djvu djv txt md rst html htm doc docx odt rtf xls xlsx ods csv ppt pptx odp tex ps cbz cbr fb2 nfo',
  archive: 'zip rar 7z tar gz tgz bz2 tbz2 xz txz zst lz4 lzma cab arj ace iso img dmg nrg mdf bin',
  program: 'exe msi apk deb rpm appimage jar bat sh com dll so whl pkg flatpakref snap xpi ipa',
}

const byEnding: ReadonlyMap<string, Medium> = new Map(
  (Object.entries(endings) as [Medium, string][])
    .toReversed()
    .flatMap(([medium, list]) => list.split(' ').map((ending) => [ending, medium] as const)),
)

/** What a file is, by the ending of its name; undefined for one that tells nothing. */
export function mediumOf(name: string): Medium | undefined {
  const dot = name.lastIndexOf('.')
  return dot < 0 ? undefined : byEnding.get(name.slice(dot + 1).toLowerCase())
}
