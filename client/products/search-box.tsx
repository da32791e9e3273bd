import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { SearchIcon } from '#client/ui/icons.tsx'

const DEBOUNCE_MS = 150

interface SearchBoxProps {
  value: string
  onSearch: (words: string) => void
}

/** Searches while one types, once the typing pauses. */
export function SearchBox({ value, onSearch }: SearchBoxProps) {
  const [typed, setTyped] = useState(value)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** What was asked for last: another value came from elsewhere, such as a link. */
  const asked = useRef(value)

  useEffect(() => {
    if (value === asked.current) return
    asked.current = value
    setTyped(value)
  }, [value])
  useEffect(() => () => clearTimeout(timer.current), [])

  const search = (words: string) => {
    clearTimeout(timer.current)
    if (words.trim() === asked.current) return
    asked.current = words.trim()
    onSearch(asked.current)
  }
  const ask = (words: string, waitMs: number) => {
    setTyped(words)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => search(words), waitMs)
  }
  const goToTable = () => {
    // A search that began later would put the cursor back to its beginning.
    search(typed)
    document.querySelector<HTMLElement>('table.products')?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape' && typed !== '') ask('', 0)
    else if (event.key === 'Enter') ask(typed, 0)
    else if (event.key === 'ArrowDown') goToTable()
    else return
    event.preventDefault()
  }

  return (
    <label className="search-box">
      <SearchIcon />
      <span className="visually-hidden">Search products by name or SKU</span>
      <input
        type="search"
        placeholder="Search by name or SKU"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => ask(event.target.value, DEBOUNCE_MS)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  )
}
