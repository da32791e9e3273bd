/** What can be undone and done again, the latest first: cells, an adjustment of a stock, a whole import. */
import { createStore } from '#client/ui/store.ts'
import type { Field } from './columns.ts'

const MAX_STEPS = 100

/** Something that was done. */
export interface Step {
  /** “3 cells” */
  words: string
  /** A cell that it changed. */
  at: { id: number; field: Field } | undefined
  /** @returns what undoing it did, to be undone in turn; undefined when there was nothing to undo. @throws the refusal */
  back(): Promise<Step | undefined>
}

export class UndoStack {
  readonly #done = createStore<readonly Step[]>([])
  readonly #undone = createStore<readonly Step[]>([])
  #latest: Promise<unknown> = Promise.resolve()

  readonly subscribe = this.#done.subscribe
  /** What would be undone. */
  readonly get = (): Step | undefined => this.#done.get().at(-1)

  /** Something new was done: what was undone before cannot be done again. */
  push(step: Step): void {
    put(this.#done, step)
    this.#undone.set([])
  }

  /** @returns what was done by that */
  async undo(): Promise<Step | undefined> {
    return await this.#next(() => turn(this.#done, this.#undone))
  }

  async redo(): Promise<Step | undefined> {
    return await this.#next(() => turn(this.#undone, this.#done))
  }

  /** One after the other: what is being undone can be done again only once it is undone. */
  async #next<T>(does: () => Promise<T>): Promise<T> {
    const done = this.#latest.then(does, does)
    this.#latest = done
    return await done
  }
}

type Steps = ReturnType<typeof createStore<readonly Step[]>>

function put(steps: Steps, step: Step): void {
  steps.set([...steps.get(), step].slice(-MAX_STEPS))
}

/** Undoes the latest of which anything was done. */
async function turn(from: Steps, to: Steps): Promise<Step | undefined> {
  for (let step = from.get().at(-1); step; step = from.get().at(-1)) {
    from.set(from.get().slice(0, -1))
    const done = await step.back()
    if (!done) continue
    put(to, done)
    return done
  }
  return undefined
}
