/** What is to be typed: advice that leaves out the folder would be about another store. */
import { DEFAULT_ADS_DIR } from './options.ts'

export function commandLine(dir: string, args: string): string {
  return `./scripts/adstock ads ${args}${dir === DEFAULT_ADS_DIR ? '' : ` --out ${quoted(dir)}`}`
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
