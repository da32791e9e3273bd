/** `./scripts/adstock products` as a process of its own. */
import { join } from 'node:path'

export async function runProducts(databaseUrl: string, ...args: string[]) {
  const command = Bun.spawn(['bun', join(import.meta.dir, 'products.ts'), ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
    command.exited,
  ])
  return { stdout, stderr, code }
}
