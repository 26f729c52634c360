import { encodeQR } from 'qr'

/** A QR code for a terminal, two rows of it in each line; nothing where it would not fit. */
export function qrText(text: string, columns: number): string {
  const drawn = encodeQR(text, 'ascii', { ecc: 'low', border: 2 })
  const width = Math.max(...drawn.split('\n').map((line) => line.length))
  return width > columns ? '' : drawn
}
