import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const saltBytes = 16
const keyBytes = 32

const derive = promisify<string, Buffer, number, Buffer>(scrypt)

/** What is kept of a password: salt and key. */
export async function keptPassword(password: string): Promise<Uint8Array> {
  const salt = randomBytes(saltBytes)
  return new Uint8Array(Buffer.concat([salt, await derive(password.normalize('NFKC'), salt, keyBytes)]))
}

export async function isPassword(password: string, kept: Uint8Array): Promise<boolean> {
  const made = await derive(password.normalize('NFKC'), Buffer.from(kept.subarray(0, saltBytes)), keyBytes)
  return timingSafeEqual(made, kept.subarray(saltBytes))
}
