import { readFileSync } from 'node:fs'

/** What a process cost between two moments. */
export interface Cost {
  /** User and system together. */
  readonly cpuSeconds: number
  /** The most memory it had for itself alone, in MiB. */
  readonly privateMib: number
}

/** The kernel counts in this unit on every Linux that Node runs on. */
const ticksPerSecond = 100
const sampleMs = 100

/** CPU seconds of a process and all its threads so far. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Memory of its own: files that it merely maps can be had again from the disk, and are not counted. */
function privateMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024
}

/** Measures a process from now until `stop`, or until it is given up. */
export class Meter implements Disposable {
  readonly #pid: number
  readonly #began: number
  #most = 0
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#pid = pid
    this.#began = cpuSeconds(pid)
    this.#timer = setInterval(() => this.#sample(), sampleMs)
  }

  #sample(): void {
    this.#most = Math.max(this.#most, privateMib(this.#pid))
  }

  stop(): Cost {
    this[Symbol.dispose]()
    this.#sample()
    return { cpuSeconds: cpuSeconds(this.#pid) - this.#began, privateMib: this.#most }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
