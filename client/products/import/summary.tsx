import type { ImportSummary } from '#server/products/file-schema.ts'
import { count, plural } from '#client/ui/format.ts'

const MAX_LISTED = 200

/** What a file does, or did, in figures. */
export function Tally({ summary, done = false }: { summary: ImportSummary; done?: boolean }) {
  const figures = [
    [done ? 'created' : 'new', summary.created],
    ['updated', summary.updated],
    ['unchanged', summary.unchanged],
    [done ? 'left out' : 'errors', summary.rejected.length],
  ] as const
  return (
    <dl className="tally">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{count(value)}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The lines that cannot be imported, and why. */
export function Problems({ summary: { rejected, rejected_csv: csv } }: { summary: ImportSummary }) {
  if (rejected.length === 0) return null
  const more = rejected.length - MAX_LISTED
  return (
    <div className="problems">
      <h3>{plural(rejected.length, 'line')} cannot be imported</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <section className="scroll-box" tabIndex={0} aria-label="Lines with errors">
        <table className="preview">
          <thead>
            <tr>
              <th scope="col" className="number">
                Line
              </th>
              <th scope="col">Problem</th>
            </tr>
          </thead>
          <tbody>
            {rejected.slice(0, MAX_LISTED).map(({ line, detail, code }) => (
              <tr key={`${line} ${code} ${detail}`}>
                <td className="number">{count(line)}</td>
                {/* A JSON pointer to a cell is its column's name. */}
                <td>{detail.replace(/^\//, '')}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {more > 0 && <p className="quiet-text">and {count(more)} more</p>}
      </section>
      {csv !== undefined && (
        <a
          className="button"
          download="rejected.csv"
          href={`data:text/csv;charset=utf-8,${encodeURIComponent(`\ufeff${csv}`)}`}
        >
          Save these lines, to mend and import them
        </a>
      )}
    </div>
  )
}
