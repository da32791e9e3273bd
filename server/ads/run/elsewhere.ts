/** The run that another server on this port has under way: so any of them can tell of it, and stop it. */
import { noSiblings, type Siblings } from '#server/platform/siblings.ts'
import type { Progress } from './progress.ts'

const RUN = 'ads-run'
const CANCEL = 'ads-run-cancel'
const TELL_EVERY_MS = 250

export interface ElsewhereParts {
  siblings?: Siblings | undefined
  cancel: (id: string) => void
  onOver: () => void
}

export class RunElsewhere {
  readonly #siblings: Siblings
  #current: Progress | undefined

  constructor({ siblings = noSiblings(), cancel, onOver }: ElsewhereParts) {
    this.#siblings = siblings
    siblings.onTold(CANCEL, (id) => cancel(String(id)))
    siblings.onTold(RUN, (told) => {
      this.#current = told as Progress | undefined
      if (!this.#current) onOver()
    })
  }

  get current(): Progress | undefined {
    return this.#current
  }

  cancel(id: string): void {
    if (this.#current?.id === id) this.#siblings.tell(CANCEL, id)
  }

  /** Tells the others of this server's run. @returns to be disposed of when it is on record */
  tell(progress: Progress): Disposable {
    const tell = () => this.#siblings.tell(RUN, progress)
    tell()
    const telling = setInterval(tell, TELL_EVERY_MS)
    return {
      [Symbol.dispose]: () => {
        clearInterval(telling)
        this.#siblings.tell(RUN, undefined)
      },
    }
  }

  /** Settles when all others know of what was told. */
  heard(): Promise<void> {
    return this.#siblings.heard()
  }
}
