import { utf8 } from '@kith/wire/bytes.ts'
import { escapeXml, escapeXmlAttribute } from '@kith/wire/xml/write.ts'
import { script } from './script.ts'

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:32rem;margin:0 auto;padding:1.5rem 1rem;background:Canvas;color:CanvasText}
h1{font-size:1.4rem;margin:0 0 .5rem}ul{list-style:none;padding:0;margin:1rem 0}
li{border:1px solid GrayText;border-radius:.5rem;margin:.5rem 0;padding:.75rem;overflow-wrap:anywhere}
a.get,button,.pick{display:block;width:100%;box-sizing:border-box;min-height:3rem;padding:.75rem;border-radius:.5rem;font:inherit;
border:2px solid CanvasText;background:CanvasText;color:Canvas;text-align:center;text-decoration:none}
input::file-selector-button{display:block;width:100%;min-height:3rem;border-radius:.5rem;font:inherit;border:2px solid CanvasText;background:CanvasText;color:Canvas}
small,.hint{opacity:.8}
input{font:inherit;width:100%;box-sizing:border-box;min-height:3rem;padding:.5rem;margin:.25rem 0 1rem}progress{width:100%}
input[type=file]{padding:0;height:3rem;overflow:hidden;color:transparent}
.stop{width:auto;min-height:2.75rem;margin-top:.5rem;background:none;color:CanvasText;border-color:GrayText}
a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid Highlight;outline-offset:2px}`

/** Runs this script and nothing else, and shows nothing from elsewhere. */
export function pageHeaders(nonce: string): Readonly<Record<string, string>> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  }
}

export interface OfferedFile {
  readonly name: string
  readonly href: string
  readonly size: string
}

export function pinPage(device: string, wrong: boolean): Uint8Array {
  const said = wrong ? '<p role="alert">That is not the PIN.</p>' : ''
  return page(
    device,
    `${said}<form method="post"><label for="pin">PIN</label><input id="pin" name="pin" inputmode="numeric" autocomplete="off" required><button>Go on</button></form>`,
  )
}

export function offerPage(device: string, files: readonly OfferedFile[]): Uint8Array {
  const rows = files.map(
    ({ name, href, size }) =>
      `<li>${escapeXml(name)} <small>${escapeXml(size)}</small><a class="get" download href="${escapeXmlAttribute(href)}">Download <span>${escapeXml(name)}</span></a></li>`,
  )
  return page(device, `<p>This is for you:</p><ul>${rows.join('')}</ul>`)
}

export function receivePage(device: string, nonce: string): Uint8Array {
  return page(
    device,
    `<label for="pick">Files to send</label><input id="pick" type="file" multiple><p class="hint">Somebody there says yes to each file before it is sent. After a break it goes on by itself while this page is open; later, choose the same file again.</p><p id="left" role="status" hidden></p><ul id="files"></ul><script nonce="${nonce}">${script}</script>`,
  )
}

function page(device: string, inside: string): Uint8Array {
  const name = escapeXml(device)
  return utf8(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
      `<title>${name}</title><style>${style}</style></head><body><main><h1>${name}</h1>${inside}</main></body></html>\n`,
  )
}
