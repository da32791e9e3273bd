/** How files were read that were imported from this browser: named, and forgotten. */
import { useState, type FormEvent } from 'react'
import {
  forgetReading,
  renameReading,
  savedReadings,
  type SavedReading,
} from '#client/products/import/saved-readings.ts'
import { announce } from '#client/ui/announce.tsx'
import { FoldedPart } from '#client/ui/folded-part.tsx'

export function ImportMappings() {
  return (
    <FoldedPart title="Import mappings of this browser">
      <MappingList />
    </FoldedPart>
  )
}

function MappingList() {
  const [readings, setReadings] = useState(savedReadings)
  const refresh = () => setReadings(savedReadings())
  if (readings.length === 0)
    return (
      <p className="quiet-text">
        There is none yet. When a file is imported for which something was chosen, the next file with the same
        header is read alike.
      </p>
    )
  return (
    <ul aria-label="Import mappings">
      {readings.map((reading) => (
        <MappingEntry key={reading.header} saved={reading} onChange={refresh} />
      ))}
    </ul>
  )
}

function MappingEntry({ saved, onChange }: { saved: SavedReading; onChange: () => void }) {
  const { header, name } = saved
  const [written, setWritten] = useState<string>()
  const rename = (event: FormEvent) => {
    event.preventDefault()
    renameReading(header, written?.trim() ?? '')
    setWritten(undefined)
    announce('The mapping has another name.')
    onChange()
  }
  const forget = () => {
    forgetReading(header)
    announce(`${name} is forgotten.`)
    onChange()
  }
  return (
    <li>
      {written === undefined ? (
        <span>
          {name}
          <br />
          <span className="quiet-text">{inWords(saved)}</span>
        </span>
      ) : (
        <form onSubmit={rename}>
          <label>
            Name
            <input
              type="text"
              className="field"
              value={written}
              maxLength={60}
              onChange={(event) => setWritten(event.currentTarget.value)}
            />
          </label>
          <button type="submit" className="button">
            Save
          </button>
        </form>
      )}
      {written === undefined && (
        <button
          type="button"
          className="button"
          aria-label={`Rename ${name}`}
          onClick={() => setWritten(name)}
        >
          Rename
        </button>
      )}
      <button type="button" className="button" aria-label={`Forget ${name}`} onClick={forget}>
        Forget
      </button>
    </li>
  )
}

function inWords({ reading }: SavedReading): string {
  const { map = {}, columns, ...options } = reading
  const mapped = Object.entries(map).map(([heading, column]) => `${heading} = ${column}`)
  const others = Object.entries(options).map(([option, value]) =>
    value === true ? option : `${option}: ${value}`,
  )
  const words = [...mapped, ...(columns ? [`columns: ${columns.join(', ')}`] : []), ...others]
  return words.join(' · ').replaceAll('_', ' ')
}
