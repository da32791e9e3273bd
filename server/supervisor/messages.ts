/** What the parent and its servers tell each other, over the channel between their processes. */

export interface Listening {
  url: string
  /** Made because there was none, to be shown once. */
  firstKey: string | undefined
}

export type ToParent =
  | ({ kind: 'listening' } & Listening)
  /** It leaves, and takes no more connections. */
  | { kind: 'closed' }
  | { kind: 'tell'; topic: string; message: unknown }
  | { kind: 'ask'; id: number; topic: string }
  | { kind: 'answer'; id: number; value: unknown }
  /** Its last answers, as it ends. */
  | { kind: 'last'; topic: string; value: unknown }

export type ToServer =
  | { kind: 'lead' }
  /** Another one has taken its place. */
  | { kind: 'leave' }
  /** New connections go to any of so many sockets but this one, until `spread`. */
  | { kind: 'spare'; socket: number; sockets: number }
  | { kind: 'spread' }
  | { kind: 'told'; topic: string; message: unknown }
  | { kind: 'asked'; id: number; topic: string }
  | { kind: 'answered'; id: number; values: unknown[] }
