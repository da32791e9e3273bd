/** A dialog, or a drawer at the side: Base UI keeps the focus in it, gives it back, and closes it with Escape. */
import { Dialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'

interface ModalProps {
  title: string
  /** Under the title. */
  description?: ReactNode
  kind: 'dialog' | 'drawer'
  onClose: () => void
  children: ReactNode
}

export function Modal({ title, description, kind, onClose, children }: ModalProps) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="modal-backdrop" />
        <Dialog.Popup className={`modal ${kind}`} finalFocus={backToTheTable} initialFocus={firstField}>
          <header className="modal-head">
            <div>
              <Dialog.Title>{title}</Dialog.Title>
              {description !== undefined && <div className="quiet-text">{description}</div>}
            </div>
            <Dialog.Close className="button quiet">Close</Dialog.Close>
          </header>
          <div className="modal-body">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Not the button that closes it. */
function firstField(): HTMLElement | true {
  return document.querySelector<HTMLElement>('.modal-body :is(input, select, button)') ?? true
}

/** A button in a row may be gone by then; the table is where one was. */
function backToTheTable(): HTMLElement | true {
  return document.querySelector<HTMLElement>('[role=grid]') ?? true
}

/** For what takes the place of something that had the focus. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus()
}
