import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const syllables =
  'ba be bi bo bu da de di do du fa fe fi ga go ha hi jo ka ke ki ko la le li lo lu ma me mi mo mu na ne'
const parts = `${syllables} ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi vo wa we wi zo`
const kinds = ['mp3', 'flac', 'jpg', 'mkv', 'pdf', 'txt', 'iso', 'zip']
const filesPerFolder = 100

/** Names as people have them: a few words are in very many, most in few. The same for the same `seed`. */
export class Names {
  #state: number
  readonly #words: readonly string[]

  constructor(seed: number, vocabulary: number) {
    this.#state = seed
    const all = parts.split(' ')
    this.#words = Array.from({ length: vocabulary }, (_, index) =>
      [index % all.length, Math.floor(index / all.length) % all.length, (index * 7) % all.length]
        .map((part) => all[part])
        .join(''),
    )
  }

  #random(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0
    return this.#state / 2 ** 32
  }

  /** Word number n is as frequent as 1/n, as in every language. */
  word(): string {
    return this.#words[Math.floor(this.#words.length ** this.#random()) - 1]!
  }

  name(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ')
  }

  kind(): string {
    return kinds[Math.floor(this.#random() * kinds.length)]!
  }
}

/** A tree of empty files, a hundred to a folder: what is looked at is their number and their names. */
export function makeTree(folder: string, files: number, names: Names): void {
  for (let made = 0; made < files; made += filesPerFolder) {
    const place = join(folder, names.name(1), `${names.name(2)} ${made}`)
    mkdirSync(place, { recursive: true })
    for (let index = 0; index < Math.min(filesPerFolder, files - made); index++) {
      writeFileSync(join(place, `${index} ${names.name(3)}.${names.kind()}`), '')
    }
  }
}
