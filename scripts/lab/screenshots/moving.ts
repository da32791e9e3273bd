/** A moving picture of finding, editing and undoing: one picture after each key, put together by `img2webp` (Debian: webp). */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'

const SCREEN = { width: 960, height: 420 }
const KEY_MS = 120
const LOOK_MS = 1_100
const END_MS = 2_200
const QUALITY = '60'

interface Frame {
  path: string
  ms: number
}

export async function movingPicture(browser: Browser, url: string, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'adstock-frames-'))
  const page = await browser.newPage({ viewport: SCREEN, locale: 'en-US', reducedMotion: 'reduce' })
  try {
    await page.goto(`${url}/products`)
    await page.locator('tr[data-row]').first().waitFor()
    const frames: Frame[] = []
    await play(page, async (ms) => {
      const path = join(folder, `${frames.length}.png`)
      await page.screenshot({ path })
      frames.push({ path, ms })
    })
    await putTogether(frames, target)
  } finally {
    await page.close()
    await rm(folder, { recursive: true })
  }
}

/** @param shoot takes a picture, which is shown for so long */
async function play(page: Page, shoot: (ms: number) => Promise<void>): Promise<void> {
  const type = async (keys: readonly string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      await shoot(KEY_MS)
    }
  }
  const price = page.locator('tr[data-row]').first().locator('.cell-price')
  await shoot(LOOK_MS)
  await type(['/', ...'water bot'.split('')])
  await page.locator('mark').first().waitFor()
  await shoot(LOOK_MS)
  const before = (await price.textContent()) ?? ''
  await type(['ArrowDown', 'ArrowRight', 'ArrowRight', ...'24.50'.split(''), 'Enter'])
  await price.getByText('$24.50').waitFor()
  await page.locator('.pending').waitFor({ state: 'detached' })
  await shoot(LOOK_MS)
  await type(['z'])
  await price.getByText(before).waitFor()
  await shoot(END_MS)
}

async function putTogether(frames: readonly Frame[], target: string): Promise<void> {
  const pictures = frames.flatMap(({ path, ms }) => ['-d', String(ms), path])
  const joining = Bun.spawn(
    ['img2webp', '-loop', '0', '-mixed', '-q', QUALITY, '-m', '6', ...pictures, '-o', target],
    { stdout: 'ignore', stderr: 'inherit' },
  )
  if ((await joining.exited) !== 0) throw new Error('img2webp could not put the pictures together.')
}
