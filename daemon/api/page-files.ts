import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

const policy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

/** A file of the built page; every path that is no file is a screen of the page itself. */
export async function pageFile(folder: string, path: string): Promise<Response> {
  const clean = normalize(decodePath(path)).replace(/^(\.\.(\/|$))+/, '')
  // Screens may have dots in their paths, as the settings do.
  const isFile = extname(clean) in types || clean.startsWith('/assets/')
  const name = isFile ? clean : 'index.html'
  const bytes = await read(join(folder, name))
  if (bytes === undefined)
    return new Response(isFile ? 'Not found' : 'The page is not built: npm start builds it.', { status: 404 })
  return new Response(bytes, {
    headers: {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      // Names of assets carry a hash of what is in them.
      'cache-control': clean.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  })
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path).replaceAll('\0', '')
  } catch {
    return '/'
  }
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return new Uint8Array(await readFile(path))
  } catch {
    return undefined
  }
}
