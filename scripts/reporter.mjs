// Prints one line for each file, everything about what failed, what was skipped by name, and the counts.
import { relative } from 'node:path'

/** @param {AsyncIterable<any>} source */
export default async function* reporter(source) {
  const counts = { pass: 0, fail: 0, skipped: 0 }
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') {
      if (data.details?.type === 'suite') continue
      // The file itself is reported as a test when it has none or breaks before its first one.
      const isFile = data.nesting === 0 && data.name === data.file
      const where = data.file === undefined ? '' : ` (${relative(process.cwd(), data.file)}:${data.line ?? 0})`
      if (data.skip !== undefined && data.skip !== false) {
        counts.skipped++
        yield `SKIPPED ${data.name}: ${data.skip === true ? 'no reason given' : data.skip}${where}\n`
      } else if (type === 'test:pass') {
        if (!isFile) counts.pass++
      } else {
        counts.fail++
        yield `FAILED ${data.name}${where}\n${describe(data.details?.error)}\n`
      }
    } else if (type === 'test:diagnostic' && data.nesting > 0 && data.level !== 'warn') {
      yield `note: ${data.message}\n`
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message
    }
  }
  yield `# pass ${counts.pass}\n# fail ${counts.fail}\n# skipped ${counts.skipped}\n`
}

/** @param {any} error */
function describe(error) {
  const cause = error?.cause ?? error
  return String(cause?.stack ?? cause)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
