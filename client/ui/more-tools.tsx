/** Tools that are needed seldom, behind one button. */
import { useRef, type KeyboardEvent, type ReactNode } from 'react'

export function MoreTools({ children }: { children: ReactNode }) {
  const details = useRef<HTMLDetailsElement>(null)
  const button = useRef<HTMLElement>(null)
  const close = () => {
    // What opens next gives the focus back to it.
    button.current?.focus()
    if (details.current) details.current.open = false
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !details.current?.open) return
    event.stopPropagation()
    close()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- it hears what its contents do
    <details
      ref={details}
      className="more-tools"
      onKeyDown={onKeyDown}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) currentTarget.open = false
      }}
    >
      <summary ref={button} className="button">
        More
      </summary>
      <div onClickCapture={close}>{children}</div>
    </details>
  )
}
