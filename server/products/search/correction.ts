import { readWords } from '#db/search/columns.ts'
import { sensesOf, type Lens } from './score.ts'

/** The question with the words that a name has instead of misspelt ones; undefined when it has none of them. */
export function correctionIn(lens: Lens, column: string): string | undefined {
  const { question } = lens
  const { inOrder, others } = readWords(column)
  const meant = new Map<number, string>()
  const asWritten = new Set<number>()
  for (const word of [...inOrder, ...others])
    for (const { form, slots } of sensesOf(lens, word))
      for (const slot of slots) {
        if (form.correction === undefined) asWritten.add(slot)
        else if (!meant.has(slot)) meant.set(slot, form.correction)
      }
  const words = question.words.map((word, slot) => (asWritten.has(slot) ? word : (meant.get(slot) ?? word)))
  return words.some((word, slot) => word !== question.words[slot]) ? words.join(' ') : undefined
}
