/** A secret that the server tells this once: shown to be kept, and copied where the browser lets a page do so. */
import { announce } from '#client/ui/announce.tsx'

export function ShownOnce({ label, value }: { label: string; value: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    announce('Copied.')
  }
  return (
    <p className="shown-once">
      <label>
        {label}
        <input
          type="text"
          readOnly
          className="field"
          value={value}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      {/* Only pages that came over https or from this machine may copy. */}
      {isSecureContext && (
        <button type="button" className="button" onClick={() => void copy()}>
          Copy
        </button>
      )}
      <strong>Keep it now: it is not shown again.</strong>
    </p>
  )
}
