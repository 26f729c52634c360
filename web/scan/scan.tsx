import { Camera as CameraIcon, Image } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n/t.ts'
import { Button } from '../ui/button.tsx'
import { Camera, mayHaveCamera } from './camera.tsx'
import { codeIn, pictureIn } from './codes.ts'

/** Reads a QR code: by the camera, or from a picture that is chosen or pasted. */
export function Scan({ onFound }: { readonly onFound: (text: string) => void }): ReactNode {
  const [isLooking, setLooking] = useState(false)
  const [said, setSaid] = useState('')
  const chooser = useRef<HTMLInputElement>(null)
  const found = (text: string): void => {
    setLooking(false)
    setSaid(t('scan.found'))
    onFound(text)
  }
  const readFile = async (file: File): Promise<void> => {
    setSaid(t('scan.reading'))
    try {
      const text = await codeIn(file)
      if (text === undefined || text === '') setSaid(t('scan.nothing', { name: file.name }))
      else found(text)
    } catch {
      setSaid(t('scan.noPicture', { name: file.name }))
    }
  }
  const latest = useRef(readFile)
  useEffect(() => {
    latest.current = readFile
  })
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const file = pictureIn(event.clipboardData)
      if (file === undefined) return
      // Taken: nothing else adds it.
      event.preventDefault()
      event.stopImmediatePropagation()
      void latest.current(file)
    }
    document.addEventListener('paste', paste, { capture: true })
    return () => document.removeEventListener('paste', paste, { capture: true })
  }, [])
  return (
    <div className="mt-3 flex flex-col gap-2">
      {isLooking ? (
        <Camera
          onFound={found}
          onFailed={(why) => {
            setLooking(false)
            setSaid(why)
          }}
          onClose={() => setLooking(false)}
        />
      ) : (
        <div className="flex flex-wrap gap-2">
          {mayHaveCamera() ? (
            <Button
              icon={<CameraIcon size={16} aria-hidden />}
              onClick={() => {
                setSaid('')
                setLooking(true)
              }}
            >
              {t('scan.camera')}
            </Button>
          ) : null}
          <Button icon={<Image size={16} aria-hidden />} onClick={() => chooser.current?.click()}>
            {t('scan.picture')}
          </Button>
        </div>
      )}
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        hidden
        data-testid="scan-picture"
        aria-label={t('scan.picture')}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          target.value = ''
          if (file !== undefined) void readFile(file)
        }}
      />
      <output className="text-sm text-muted">
        {said === '' && !isLooking ? t(mayHaveCamera() ? 'scan.hint' : 'scan.hintNoCamera') : said}
      </output>
    </div>
  )
}
