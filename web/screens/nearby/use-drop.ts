import type { DragEvent } from 'react'
import { useRef, useState } from 'react'
import { bringsFiles, type Dropped, droppedFiles } from './dropped.ts'

type Handler = (event: DragEvent) => void

export interface Drop {
  /** Files are held above it. */
  readonly isOver: boolean
  /** Empty where nothing may be sent. */
  readonly handlers: {
    readonly onDragEnter?: Handler
    readonly onDragLeave?: Handler
    readonly onDragOver?: Handler
    readonly onDrop?: Handler
  }
}

/** Makes a part of the page take files that are dropped on it. */
export function useDrop(isOpen: boolean, take: (files: Promise<readonly Dropped[]>) => void): Drop {
  const [isOver, setOver] = useState(false)
  /** Entering what is inside comes before leaving what is around. */
  const depth = useRef(0)
  if (!isOpen) return { isOver: false, handlers: {} }
  const move = (by: number): void => {
    depth.current = Math.max(0, depth.current + by)
    setOver(depth.current > 0)
  }
  return {
    isOver,
    handlers: {
      onDragEnter(event) {
        if (bringsFiles(event.dataTransfer)) move(1)
      },
      onDragLeave(event) {
        if (bringsFiles(event.dataTransfer)) move(-1)
      },
      onDragOver(event) {
        if (bringsFiles(event.dataTransfer)) event.preventDefault()
      },
      onDrop(event) {
        move(-depth.current)
        if (!bringsFiles(event.dataTransfer)) return
        // Taken: the page around does not add it.
        event.preventDefault()
        take(droppedFiles(event.dataTransfer))
      },
    },
  }
}
