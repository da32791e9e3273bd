/** Writes server/SETTINGS.md and .env.example. */
import { join } from 'node:path'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { envExample, settingsPage } from './pages.ts'

await Bun.write(join(ROOT, 'server/SETTINGS.md'), settingsPage())
await Bun.write(join(ROOT, '.env.example'), envExample())
