/** The imports of the last 24 hours, each to be undone. */
import { useQuery } from '@tanstack/react-query'
import { count, moment } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'

export function RecentImports({ onUndo }: { onUndo: (id: number) => void }) {
  // Never an older list: the first entry would be another import than the one just made.
  const recent = useQuery({ ...trpc.products.imports.queryOptions({}), gcTime: 0 })
  if (!recent.data || recent.data.items.length === 0) return null
  return (
    <section aria-label="Imports of the last 24 hours">
      <h3>Imports of the last 24 hours</h3>
      <ul className="recent-imports">
        {recent.data.items.map(({ id, created_at, actor, created, updated }) => (
          <li key={id}>
            <span>
              {moment(created_at)} by {actor}: {count(created)} created, {count(updated)} changed
            </span>
            <button
              type="button"
              className="button"
              aria-label={`Undo the import of ${moment(created_at)}`}
              onClick={() => onUndo(id)}
            >
              Undo
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
