import { Modal } from './modal.tsx'

const GROUPS: readonly { title: string; shortcuts: readonly (readonly [keys: string[], does: string])[] }[] =
  [
    {
      title: 'Everywhere',
      shortcuts: [
        [['g', 'h'], 'Today'],
        [['g', 'p'], 'Products'],
        [['g', 'a'], 'Ads'],
        [['g', 'o'], 'Out-of-stock spend'],
        [['g', 's'], 'Operations, for admins'],
        [['Ctrl', 'K'], 'Find a product, a date, a place or an action'],
        [['n'], 'New product'],
        [['/'], 'Search products; ↓ goes on to the table'],
        [[','], 'Appearance: theme and density'],
        [['?'], 'This list'],
      ],
    },
    {
      title: 'Products',
      shortcuts: [
        [['↑', '↓', '←', '→'], 'Move from cell to cell; with Ctrl, to the end'],
        [['Shift', '↓'], 'Select cells, with any of those keys'],
        [['Ctrl', 'A'], 'Select everything'],
        [['Enter'], 'Edit the price or the stock; save it. Elsewhere: open the product'],
        [['0–9'], 'Type over the price or the stock'],
        [['Tab'], 'Save, and edit the next one'],
        [['Esc'], 'Leave it as it was; select one cell only'],
        [['Ctrl', 'C'], 'Copy the selected cells'],
        [['Ctrl', 'V'], 'Paste, from a spreadsheet too'],
        [['Ctrl', 'D'], 'Fill down from the first selected row'],
        [['z'], 'Undo the last change; Ctrl Z too'],
        [['Shift', 'z'], 'Redo'],
        [['h'], 'Stock history, and adjust the stock'],
        [['v'], 'Views: named filters, with counts'],
        [['c'], 'Choose columns and their widths'],
        [['b'], 'Change all selected products'],
        [['i'], 'Import a CSV file'],
        [['e'], 'Export what is shown'],
      ],
    },
    {
      title: 'Ads',
      shortcuts: [
        [['↑', '↓'], 'The day before, the day after'],
        [['←', '→'], 'The week before, the week after'],
        [['Page ↑', 'Page ↓'], 'The month before, the month after'],
        [['Enter'], 'Open the day'],
        [['Shift', '+ any of these'], 'Select several dates'],
        [['Esc'], 'Back to the whole two years'],
      ],
    },
  ]

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal kind="dialog" title="Keyboard shortcuts" onClose={onClose}>
      {GROUPS.map(({ title, shortcuts }) => (
        <section key={title} className="shortcuts">
          <h3>{title}</h3>
          <dl>
            {shortcuts.map(([keys, does]) => (
              <div key={does}>
                <dt>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  )
}
