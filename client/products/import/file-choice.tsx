/** A file from a dialog, or dropped here: the field covers it all, and browsers take what is dropped on one. */
export function FileChoice({ onFile }: { onFile: (file: File) => void }) {
  return (
    <>
      <label className="file-choice">
        <strong>Choose a CSV file, or drop it here</strong>
        <span className="quiet-text">Nothing is written before you have seen what it would do.</span>
        <input
          type="file"
          accept=".csv,text/csv"
          aria-label="CSV file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            if (file) onFile(file)
          }}
        />
      </label>
      <p className="quiet-text">
        Columns: <code>sku, name, price, stock_level</code>, with a header, in English, German, French or
        Spanish; exports of other shops are known by their headings. A product that is there already is found
        by its <code>id</code>, else by its <code>sku</code>, and changed. An exported file can be imported
        again; its <code>version</code> keeps it from overwriting what others changed since.
      </p>
    </>
  )
}
