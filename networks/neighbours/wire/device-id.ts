import { broken } from '@kith/wire/fault.ts'
import { fromHex } from '@kith/wire/bytes.ts'

/** SHA-256 of a certificate. */
const ID_BYTES = 32

/** A device is known by the fingerprint of its certificate, in lower-case hex. @throws FaultError `neighbours/device` */
export function deviceId(fingerprint: Uint8Array): string {
  if (fingerprint.length !== ID_BYTES) throw broken('neighbours/device', 'That is not the name of a device')
  return fingerprint.toHex()
}

/** @throws FaultError `neighbours/device` */
export function idBytes(id: string): Uint8Array<ArrayBuffer> {
  const bytes = fromHex(id)
  if (bytes?.length !== ID_BYTES) throw broken('neighbours/device', 'That is not the name of a device')
  return bytes
}

export function isDeviceId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
