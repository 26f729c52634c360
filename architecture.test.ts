import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

/** The rules of the house (ARCHITECTURE.md), read off the imports themselves. */
const root = import.meta.dirname
const packages = new Map(
  ['core', 'wire', 'daemon', 'api', 'web', 'cli', 'sim', 'interop', 'bench', 'fuzz', ...networks()].map((folder) => [
    `@kith/${folder.split('/').at(-1)!}`,
    folder,
  ]),
)

function networks(): string[] {
  return readdirSync(join(root, 'networks')).map((name) => `networks/${name}`)
}

interface Source {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
  /** Folders of ours as `core/transfer`, and others as written. */
  readonly imports: readonly string[]
}

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (['node_modules', 'dist', 'out', '.git'].includes(name)) continue
    const path = join(folder, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else if (/\.(ts|tsx|mjs)$/.test(name) && !/\.as\.ts$/.test(name)) yield path
  }
}

function source(path: string): Source {
  const text = readFileSync(path, 'utf8')
  const imports: string[] = []
  for (const [, name] of text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*(?:\n[^'"\n]*)*?from\s+['"]([^'"]+)['"]/g,
  ))
    imports.push(name!)
  for (const [, name] of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)) imports.push(name!)
  for (const [, name] of text.matchAll(/(?:^|\n)import\s+['"]([^'"]+)['"]/g)) imports.push(name!)
  return { path: relative(root, path), text, imports: imports.map((name) => resolved(path, name)) }
}

function resolved(from: string, name: string): string {
  if (name.startsWith('.')) return relative(root, join(dirname(from), name))
  const own = /^(@kith\/[a-z]+)\/(.*)$/.exec(name)
  return own === null ? name : `${packages.get(own[1]!) ?? own[1]!}/${own[2]!}`
}

const all = ['core', 'wire', 'networks', 'daemon', 'api', 'web', 'cli', 'sim'].flatMap((folder) =>
  [...files(join(root, folder))].map(source),
)
const code = all.filter(
  ({ path }) => !/\.test\.tsx?$|\/test-kit\/|\/testing\.ts$|^wire\/kernels\/build\.mjs$/.test(path),
)

function inside(path: string, ...folders: string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}

function isOurs(name: string): boolean {
  return [...packages.values()].some((folder) => inside(name, folder))
}

/** Every import of the files below `folder` that `allowed` refuses. */
function broken(folder: string, allowed: (name: string, from: string) => boolean): string[] {
  return code
    .filter(({ path }) => inside(path, folder))
    .flatMap(({ path, imports }) =>
      imports.filter((name) => !allowed(name, path)).map((name) => `${path} imports ${name}`),
    )
}

test('rule 1: core imports nothing of ours, nothing of Node, no package', () => {
  assert.deepEqual(
    broken('core', (name) => inside(name, 'core')),
    [],
  )
})

test('rule 1: wire imports only core, node:crypto, node:zlib and node:buffer', () => {
  const allowed = ['node:crypto', 'node:zlib', 'node:buffer']
  assert.deepEqual(
    broken('wire', (name) => inside(name, 'core', 'wire') || allowed.includes(name)),
    [],
  )
})

test('rule 2: networks import core and wire, never each other, never Node', () => {
  for (const network of networks()) {
    assert.deepEqual(
      broken(network, (name) => inside(name, 'core', 'wire', network)),
      [],
    )
  }
})

test('rule 3: only daemon/host opens sockets, files, databases and devices', () => {
  const system = [
    'node:net',
    'node:dgram',
    'node:tls',
    'node:http',
    'node:https',
    'node:sqlite',
    'node:worker_threads',
    'node:ffi',
  ]
  assert.deepEqual(
    broken('daemon', (name, from) => inside(from, 'daemon/host', 'daemon/api') || !system.includes(name)),
    [],
  )
})

test('rule 4: only daemon/networks.ts lists the networks', () => {
  const listing = code.filter(
    ({ path, imports }) => !inside(path, 'networks', 'sim') && imports.some((name) => inside(name, 'networks')),
  )
  assert.deepEqual(
    listing.map(({ path }) => path),
    ['daemon/networks.ts'],
  )
})

test('rule 5: web and cli know the api only', () => {
  for (const face of ['web', 'cli']) {
    assert.deepEqual(
      broken(face, (name) => !isOurs(name) || inside(name, 'api', face)),
      [],
    )
  }
})

test('rule 6: importing does nothing: no mutable state and no work at the top of a module', () => {
  const mutable = code
    .filter(({ path }) => inside(path, 'core', 'wire', 'networks', 'daemon', 'api'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:export )?(?:let|var) \w+/gm)].map(([line]) => `${path}: ${line}`),
    )
  assert.deepEqual(mutable, [])
})

test('rule 7: in core, wire and networks, time and chance are arguments', () => {
  const wild =
    /\b(?:Date\.now|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|process\.|crypto\.getRandomValues|new Date\(\))/
  const lines = code
    .filter(({ path }) => inside(path, 'core', 'wire', 'networks') && !path.endsWith('.mjs'))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .filter((line) => wild.test(line.replace(/\/\/.*|^\s*\*.*/, '')))
        .map((line) => `${path}: ${line.trim()}`),
    )
  assert.deepEqual(lines, [])
})

test('every network has the same rooms', () => {
  for (const network of networks()) {
    const names = readdirSync(join(root, network))
    for (const room of ['README.md', 'index.ts', 'settings.ts', 'member.ts', 'wire', 'talk', 'facets']) {
      assert.ok(names.includes(room), `${network} has no ${room}`)
    }
  }
})

test('no folder or file is called by a word that says nothing', () => {
  const empty = /(^|\/)(utils?|helpers?|common|misc|manager|lib|src|impl|base)(\.ts|\/|$)/i
  assert.deepEqual(
    all.filter(({ path }) => empty.test(path)).map(({ path }) => path),
    [],
  )
})

test('the lock file holds a version for every platform a package names, so `npm ci` accepts it anywhere', () => {
  interface Locked {
    readonly optionalDependencies?: Readonly<Record<string, string>>
  }
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  const absent = Object.values(lock.packages).flatMap((locked) =>
    Object.keys(locked.optionalDependencies ?? {}).filter(
      (name) => !Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`)),
    ),
  )
  assert.deepEqual(absent, [])
})
