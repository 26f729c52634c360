// webtorrent over plain TCP, driven by lines of JSON on its standard input.
import { registerHooks } from 'node:module'
import { createInterface } from 'node:readline'

// WebRTC needs a library of native code that is fetched from elsewhere, and takes no part in what is measured.
const nothing = `data:text/javascript,${encodeURIComponent(
  'export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined',
)}`
registerHooks({
  resolve: (name, context, next) =>
    name === 'webrtc-polyfill' ? { url: nothing, shortCircuit: true } : next(name, context),
})
const { default: WebTorrent } = await import('webtorrent')

let client
let torrent

const calls = {
  start: ({ port }) => {
    client = new WebTorrent({
      dht: false,
      lsd: false,
      utp: false,
      natUpnp: false,
      natPmp: false,
      torrentPort: port,
      tracker: { wrtc: false },
    })
    client.on('error', (error) => console.error(error))
    return new Promise((resolve) => client.once('listening', () => resolve({})))
  },
  add: ({ folder, torrent: bytes }) => {
    torrent = client.add(new Uint8Array(Buffer.from(bytes, 'base64')), { path: folder })
    return new Promise((resolve) => torrent.once('infoHash', () => resolve({})))
  },
  progress: () => ({ done: torrent.done, bytes: torrent.downloaded }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { call, ...of } = JSON.parse(line)
  console.log(JSON.stringify(await calls[call](of)))
}
