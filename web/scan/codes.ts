import type { BarcodeDetector as Detector } from 'qr/decode.js'

/** Reads the code in a picture, or in what a camera shows right now; undefined where none is seen. */
export type ReadCode = (picture: ImageBitmapSource) => Promise<string | undefined>

/** A picture is made no larger than this before it is looked at: codes that people send each other are large in it. */
const mostPixels = 2_000

/** What the browser has, or else a decoder that is loaded only now. */
export async function codeReader(): Promise<ReadCode> {
  const detector = (await ofBrowser()) ?? new (await import('qr/decode.js')).BarcodeDetector({ formats: ['qr_code'] })
  return async (picture) => (await detector.detect(picture))[0]?.rawValue
}

async function ofBrowser(): Promise<Pick<Detector, 'detect'> | undefined> {
  const { BarcodeDetector } = globalThis as { readonly BarcodeDetector?: typeof Detector }
  // Some have the name only, and know no format.
  const formats: readonly string[] = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? []
  return BarcodeDetector !== undefined && formats.includes('qr_code')
    ? new BarcodeDetector({ formats: ['qr_code'] })
    : undefined
}

/** The code in a picture file. @throws an Error where the file is no picture */
export async function codeIn(file: Blob): Promise<string | undefined> {
  const read = await codeReader()
  const whole = await createImageBitmap(file)
  try {
    const scale = mostPixels / Math.max(whole.width, whole.height)
    if (scale >= 1) return await read(whole)
    const smaller = await createImageBitmap(whole, {
      resizeWidth: Math.max(1, Math.round(whole.width * scale)),
      resizeHeight: Math.max(1, Math.round(whole.height * scale)),
      resizeQuality: 'high',
    })
    try {
      return (await read(smaller)) ?? (await read(whole))
    } finally {
      smaller.close()
    }
  } finally {
    whole.close()
  }
}

/** The first picture among what was pasted. */
export function pictureIn(data: DataTransfer | null): File | undefined {
  return [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/'))
}
