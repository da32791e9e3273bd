/** Control characters, and marks that turn the direction of what follows. */
const STEERS = /[\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu

/** For a line of a terminal, which text from elsewhere must not steer. */
export function printable(text: string): string {
  return text.replaceAll(STEERS, '\u{FFFD}')
}
