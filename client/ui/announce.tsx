/** Announces the outcome of an action to screen readers, in one sentence. */
import { createStore, useStore } from './store.ts'

const sentence = createStore('')

export const announce = sentence.set

export function Announcer() {
  return <output className="visually-hidden">{useStore(sentence)}</output>
}
