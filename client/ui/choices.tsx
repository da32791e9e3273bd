/** Several of a few, each with what it means. */
interface ChoicesProps<T extends string> {
  legend: string
  /** What each means, in the order shown. */
  meanings: Readonly<Record<T, string>>
  chosen: readonly T[]
  onChoose: (chosen: readonly T[]) => void
}

export function Choices<T extends string>({ legend, meanings, chosen, onChoose }: ChoicesProps<T>) {
  const turn = (one: T) =>
    onChoose(chosen.includes(one) ? chosen.filter((each) => each !== one) : [...chosen, one])
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {(Object.keys(meanings) as T[]).map((each) => (
        <label key={each}>
          <input type="checkbox" checked={chosen.includes(each)} onChange={() => turn(each)} />
          {`${each}: ${meanings[each]}`}
        </label>
      ))}
    </fieldset>
  )
}
