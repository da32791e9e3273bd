/** For tests and screenshots: the Chromium of this machine, without a window. */
import { chromium, type Browser } from 'playwright-core'

/** The shell first: the same browser without the windows around the page, which take a fifth of its processor time. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const FLAGS = [
  '--no-sandbox',
  '--process-per-site',
  '--in-process-gpu',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchBrowser(): Promise<Browser> {
  const given = Bun.env['CHROMIUM']
  const found = given ?? NAMES.map((name) => Bun.which(name)).find((path) => path !== null)
  if (found === undefined) {
    throw new Error(
      'The page is tested in a real browser, and there is none here: apt-get install chromium, or say where it is with CHROMIUM=/path/to/chromium.',
    )
  }
  return await chromium.launch({ executablePath: found, headless: true, args: FLAGS })
}
