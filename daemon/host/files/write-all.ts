import type { FileHandle } from 'node:fs/promises'

/** Writes all of it where the file stands, or at `position`. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const place = position === undefined ? null : position + at
    at += (await file.write(bytes, at, bytes.length - at, place)).bytesWritten
  }
}
