import { Toast } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { ProblemError, UnreachableError } from '@kith/api/client.ts'
import { t } from '../i18n/t.ts'

interface Undo {
  readonly label: string
  readonly run: () => void
}

export interface Tell {
  /** Something was done, with a way back where there is one. */
  readonly done: (text: string, undo?: Undo) => void
  /** Something failed: what the daemon said, and what helps. */
  readonly failed: (error: unknown) => void
}

/** What a person is told about an error. */
export function faultText(error: unknown): { readonly text: string; readonly hint?: string } {
  if (error instanceof ProblemError) {
    const { detail, hint } = error.problem
    return hint === undefined ? { text: detail } : { text: detail, hint }
  }
  if (error instanceof UnreachableError) return { text: t('fault.unreachable'), hint: t('fault.unreachableHint') }
  return { text: error instanceof Error ? error.message : String(error) }
}

export function useTell(): Tell {
  const { add, close } = Toast.useToastManager()
  return {
    done(text, undo) {
      const id: string = add({
        title: text,
        timeout: undo === undefined ? 4_000 : 8_000,
        ...(undo === undefined
          ? {}
          : {
              actionProps: {
                children: undo.label,
                onClick() {
                  close(id)
                  undo.run()
                },
              },
            }),
      })
    },
    failed(error) {
      const { text, hint } = faultText(error)
      add({ title: text, description: hint, type: 'error', timeout: 10_000, priority: 'high' })
    },
  }
}

export function Toasts({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <Toast.Provider limit={4}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-3 bottom-[calc(4.5rem+env(safe-area-inset-bottom))] z-60 flex flex-col gap-2 sm:inset-x-auto sm:right-4 sm:bottom-4 sm:w-96">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function List(): ReactNode {
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={`rounded-xl border bg-raised text-text shadow-lg transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0 data-limited:hidden ${toast.type === 'error' ? 'border-bad' : 'border-line'}`}
    >
      <Toast.Content className="flex items-center gap-1 py-1 pr-1 pl-4">
        <div className="min-w-0 grow py-2 text-sm">
          <Toast.Title className={`font-medium break-words ${toast.type === 'error' ? 'text-bad' : ''}`} />
          <Toast.Description className="mt-0.5 break-words text-muted" />
        </div>
        <Toast.Action className="touch inline-flex min-h-9 items-center rounded-lg px-3 text-sm font-semibold text-accent hover:bg-hover" />
        <Toast.Close
          aria-label={t('toast.close')}
          className="touch inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-hover"
        >
          <X size={16} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}
