/** A stream kept in a temporary file, to be read after its end is known. */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Spooled extends AsyncDisposable {
  sha256: string
  stream: () => AsyncIterable<Uint8Array>
}

export async function spool(parts: AsyncIterable<Uint8Array>): Promise<Spooled> {
  const path = join(tmpdir(), `adstock-${crypto.randomUUID()}`)
  const remove = async () => await rm(path, { force: true })
  const sha256 = new Bun.CryptoHasher('sha256')
  const sink = Bun.file(path).writer()
  try {
    for await (const part of parts) {
      sha256.update(part)
      await sink.write(part)
      await sink.flush()
    }
    await sink.end()
  } catch (error) {
    await sink.end()
    await remove()
    throw error
  }
  return {
    sha256: sha256.digest('hex'),
    stream: () => Bun.file(path).stream(),
    [Symbol.asyncDispose]: remove,
  }
}
