// oxlint-disable eslint/no-restricted-imports -- runs on a developer's machine only
// `node wire/kernels/build.mjs`: compiles every `*.as.ts` beside it and writes the module as `*.wasm.ts`.
// The same source and compiler give the same bytes.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'

// Its paths are taken from here, whatever baseDir says.
process.chdir(import.meta.dirname)
const options = ['--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd']

for (const file of readdirSync(import.meta.dirname)) {
  if (!file.endsWith('.as.ts')) continue
  const name = file.slice(0, -'.as.ts'.length)
  const written = new Map()
  const { error } = await asc.main([file, ...options, '--outFile', 'module.wasm'], {
    baseDir: import.meta.dirname,
    writeFile: (path, contents) => void written.set(path, contents),
  })
  if (error !== null) throw new Error('a kernel does not compile', { cause: error })
  const text = Buffer.from(written.get('module.wasm')).toString('base64')
  const lines = text.match(/.{1,118}/g).join('\n')
  writeFileSync(
    join(import.meta.dirname, `${name}.wasm.ts`),
    `/** ${name}.as.ts, compiled by build.mjs; base64 of a WebAssembly module. */\nexport const ${name}Module = \`\n${lines}\n\`\n`,
  )
  console.log(`${name}.wasm.ts: ${written.get('module.wasm').length} bytes`)
}
