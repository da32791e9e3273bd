import type { Outputs } from '#client/api.ts'
import { count, plural } from '#client/ui/format.ts'

export type UndoneImport = Outputs['products']['undoImport']

/** What undoing an import did, and which products it left alone. */
export function Undone({
  undone: { restored, removed, kept, kept_products: products },
}: {
  undone: UndoneImport
}) {
  const more = kept - products.length
  return (
    <>
      <p>
        {plural(restored, 'product')} restored, {count(removed)} removed.
      </p>
      {kept > 0 && (
        <div className="problems">
          <h3>{plural(kept, 'product')} left as they are</h3>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
          <section className="scroll-box" tabIndex={0} aria-label="Products left as they are">
            <ul>
              {products.map(({ id, sku, name, detail }) => (
                <li key={id}>
                  {[name ?? `Product ${id}`, sku].filter((part) => part !== null).join(', ')}: {detail}
                </li>
              ))}
            </ul>
            {more > 0 && <p className="quiet-text">and {count(more)} more</p>}
          </section>
        </div>
      )}
    </>
  )
}
