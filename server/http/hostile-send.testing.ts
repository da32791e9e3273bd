/** For tests: bytes to a server, and whatever came back. */

/** An unfinished request gets no answer: so long is waited for one. */
const PATIENCE_MS = 200

/** What came back until the server closed, or fell silent. */
export async function sendBytes(port: number, bytes: Buffer): Promise<string> {
  const answer = Promise.withResolvers<string>()
  let received = ''
  let patience: Timer | undefined
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(_, chunk) {
        received += chunk.toString('latin1')
        // An answer has a length, or is a stream whose beginning is enough.
        const end = received.indexOf('\r\n\r\n')
        const length = /\r\ncontent-length: (\d+)/i.exec(received)?.[1]
        if (end !== -1 && (length === undefined || received.length >= end + 4 + Number(length)))
          answer.resolve(received)
      },
      close: () => answer.resolve(received),
      error: () => answer.resolve(received),
    },
  })
  socket.write(bytes)
  patience = setTimeout(() => answer.resolve(received), PATIENCE_MS)
  const text = await answer.promise
  clearTimeout(patience)
  socket.terminate()
  return text
}
