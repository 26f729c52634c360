import type { ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n/t.ts'
import { Button } from '../ui/button.tsx'
import { codeReader } from './codes.ts'

/** Between two looks at what the camera shows: a code is held still for longer. */
const lookMs = 150

/** Whether this page may ask for a camera: browsers let only those do that came by https, or from this machine. */
export function mayHaveCamera(): boolean {
  return (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia !== undefined
}

/** Shows what the camera sees until there is a code in it. */
export function Camera({
  onFound,
  onFailed,
  onClose,
}: {
  readonly onFound: (text: string) => void
  readonly onFailed: (why: string) => void
  readonly onClose: () => void
}): ReactNode {
  const video = useRef<HTMLVideoElement>(null)
  const [isOn, setOn] = useState(false)
  const told = useRef({ onFound, onFailed })
  useEffect(() => {
    told.current = { onFound, onFailed }
  })
  useEffect(() => {
    const ended = new AbortController()
    void look(video.current!, ended.signal, () => setOn(true)).then(
      (text) => text === undefined || told.current.onFound(text),
      (error: unknown) => ended.signal.aborted || told.current.onFailed(reasonOf(error)),
    )
    return () => ended.abort()
  }, [])
  return (
    <div className="flex flex-col gap-2">
      <video
        ref={video}
        muted
        playsInline
        aria-label={t('scan.view')}
        data-testid="camera"
        className="aspect-square w-full max-w-80 self-center rounded-lg bg-[#000] object-cover"
      />
      <output className="text-center text-sm text-muted">{isOn ? t('scan.hold') : t('scan.starting')}</output>
      <Button onClick={onClose}>{t('scan.stop')}</Button>
    </div>
  )
}

async function look(video: HTMLVideoElement, signal: AbortSignal, begun: () => void): Promise<string | undefined> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    if (signal.aborted) return undefined
    const read = await codeReader()
    video.srcObject = stream
    await video.play()
    begun()
    while (!signal.aborted) {
      const text = await read(video)
      if (text !== undefined && text !== '') return text
      await new Promise((resolve) => setTimeout(resolve, lookMs))
    }
    return undefined
  } finally {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
}

function reasonOf(error: unknown): string {
  switch ((error as { readonly name?: unknown }).name) {
    case 'NotAllowedError':
      return t('scan.forbidden')
    case 'NotFoundError':
    case 'OverconstrainedError':
      return t('scan.noCamera')
    case 'NotReadableError':
      return t('scan.inUse')
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
