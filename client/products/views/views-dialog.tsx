/** Named views of the products, each with how many there are now; the one that is shown can be named. */
import { useQuery } from '@tanstack/react-query'
import { useState, type SyntheticEvent } from 'react'
import { useMay } from '#client/sign-in/session.ts'
import { count } from '#client/ui/format.ts'
import { Modal } from '#client/ui/modal.tsx'
import { useStore } from '#client/ui/store.ts'
import { trpc } from '#client/ui/trpc.ts'
import { filterOf, type View } from '#client/products/use-view.ts'
import { forgetView, keepView, OF_ADS, ownViews, toNamed, USUAL, type NamedView } from './views.ts'

interface ViewsDialogProps {
  view: View
  onView: (view: View) => void
  onClose: () => void
}

export default function ViewsDialog({ view, onView, onClose }: ViewsDialogProps) {
  const own = useStore(ownViews)
  const mayReadAds = useMay('ads:read')
  const choose = (chosen: View) => {
    onView(chosen)
    onClose()
  }
  return (
    <Modal kind="dialog" title="Views" onClose={onClose}>
      <ul className="views-list">
        {[...USUAL, ...(mayReadAds ? OF_ADS : [])].map((each) => (
          <ViewLine key={each.name} named={each} onChoose={choose} />
        ))}
        {own.map(toNamed).map((each) => (
          <ViewLine
            key={`own ${each.name}`}
            named={each}
            onChoose={choose}
            onForget={() => forgetView(each.name)}
          />
        ))}
      </ul>
      <NameForm view={view} />
    </Modal>
  )
}

interface ViewLineProps {
  named: NamedView
  onChoose: (view: View) => void
  onForget?: () => void
}

function ViewLine({ named: { name, view }, onChoose, onForget }: ViewLineProps) {
  return (
    <li>
      <button type="button" className="button quiet" onClick={() => onChoose(view)}>
        {name}
      </button>
      <Found view={view} />
      {onForget && (
        <button
          type="button"
          className="button quiet"
          aria-label={`Forget the view ${name}`}
          onClick={onForget}
        >
          Forget
        </button>
      )}
    </li>
  )
}

/** Of a search, too: its own filters and words. */
function Found({ view }: { view: View }) {
  const filter = filterOf(view)
  const listed = useQuery(
    trpc.products.list.queryOptions({ ...filter, limit: 1, count: 'exact' }, { enabled: view.q === '' }),
  )
  const searched = useQuery(
    trpc.products.search.queryOptions(
      { ...filter, q: view.q, limit: 1, count: 'exact' },
      { enabled: view.q !== '' },
    ),
  )
  const total = (view.q === '' ? listed : searched).data?.total
  return <span className="quiet-text">{total ? count(total.value) : '…'}</span>
}

function NameForm({ view }: { view: View }) {
  const [name, setName] = useState('')
  const keep = (event: SyntheticEvent) => {
    event.preventDefault()
    if (name.trim() === '') return
    keepView(name.trim(), view)
    setName('')
  }
  return (
    <form className="view-name" onSubmit={keep}>
      <label>
        Name for the view that is shown
        <input
          className="field"
          autoComplete="off"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        Keep it
      </button>
    </form>
  )
}
