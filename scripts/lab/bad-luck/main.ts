/**
 * `bun scripts/lab/bad-luck/main.ts [requests|schedules|read-only]`: a server whose clock is set back and forth under it,
 * or whose disk is read-only.
 */
import { Argument, Command } from 'commander'

const PARTS = {
  requests: () => import('./requests.ts'),
  schedules: () => import('./schedules.ts'),
  'read-only': () => import('./read-only.ts'),
}

await new Command('bad-luck')
  .addArgument(new Argument('[part]').choices(Object.keys(PARTS)).default('requests'))
  .action(async (part: keyof typeof PARTS) => void (await PARTS[part]()))
  .parseAsync()
