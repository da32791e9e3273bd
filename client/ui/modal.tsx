/**
 * A dialog, or a drawer at the side. It is the browser's own, which keeps the focus in it, gives it back, and closes
 * with Escape: no code of it comes late, so a conflict can be asked about when the network has just gone.
 */
import { useEffectEvent, useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { Announcer } from './announce.tsx'

interface ModalProps {
  title: string
  /** Under the title. */
  description?: ReactNode
  kind: 'dialog' | 'drawer'
  /** Where the focus begins: in the first field, or on nothing that an Enter meant for the table would press. */
  startsAt?: 'field' | 'nothing'
  onClose: () => void
  children: ReactNode
}

export function Modal({ title, description, kind, startsAt = 'field', onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const close = useEffectEvent(onClose)
  useLayoutEffect(() => {
    const { current } = dialog
    if (!current) return undefined
    const onClosed = () => close()
    const onPress = (event: PointerEvent) => event.target === current && isOutside(current, event) && close()
    current.showModal()
    if (startsAt === 'field') focusFirstField(current)
    else current.focus()
    current.addEventListener('close', onClosed)
    current.addEventListener('pointerdown', onPress)
    return () => {
      current.removeEventListener('close', onClosed)
      current.removeEventListener('pointerdown', onPress)
      // Taken out of the page while open, it would not give the focus back.
      current.close()
    }
  }, [startsAt])

  return (
    <dialog ref={dialog} className={`modal ${kind}`} aria-labelledby={titleId} tabIndex={-1}>
      <header className="modal-head">
        <div>
          <h2 id={titleId}>{title}</h2>
          {description !== undefined && <div className="quiet-text">{description}</div>}
        </div>
        <button type="button" className="button quiet" onClick={onClose}>
          Close
        </button>
      </header>
      <div className="modal-body">{children}</div>
      {/* What is outside of an open dialog is silent to a screen reader, too. */}
      <Announcer />
    </dialog>
  )
}

/** Not the button that closes it. @returns whether there is one */
export function focusFirstField(dialog: HTMLElement): boolean {
  const field = dialog.querySelector<HTMLElement>('.modal-body :is(input, select, button):not(:disabled)')
  field?.focus()
  return field !== null
}

function isOutside(element: HTMLElement, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return clientX < left || clientX > right || clientY < top || clientY > bottom
}

/** For what takes the place of something that had the focus. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus()
}
