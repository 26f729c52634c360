import type { DragEvent } from 'react'
import { useState } from 'react'
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
  if (!isOpen) return { isOver: false, handlers: {} }
  const over: Handler = (event) => {
    if (!bringsFiles(event.dataTransfer)) return
    event.preventDefault()
    setOver(true)
  }
  return {
    isOver,
    handlers: {
      onDragEnter: over,
      onDragOver: over,
      onDragLeave({ currentTarget, relatedTarget }) {
        // Onto what is inside is not away. Nothing is counted: what is inside may go while files are held above it.
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false)
      },
      onDrop(event) {
        setOver(false)
        if (!bringsFiles(event.dataTransfer)) return
        // Taken: the page around does not add it.
        event.preventDefault()
        take(droppedFiles(event.dataTransfer))
      },
    },
  }
}
