/** Whether changes of other clients arrive, where they are followed. */
import { createStore } from './store.ts'

export const isStreamBroken = createStore(false)
