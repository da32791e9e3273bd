import { InvalidArgumentError } from 'commander'

/** Of a command line. @throws InvalidArgumentError */
export function positive(text: string): number {
  if (!(Number(text) > 0)) throw new InvalidArgumentError('A number above 0.')
  return Number(text)
}
