/** A worker that serves the simulator until it is terminated. */
import { startSimulator } from './server.ts'
import type { Endpoints } from './thread.ts'

declare const self: Worker

const { endpoint, oauthEndpoint } = startSimulator()
const endpoints: Endpoints = { endpoint, oauthEndpoint }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
self.postMessage(endpoints)
