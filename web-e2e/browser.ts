import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import assert from 'node:assert/strict'
import type { Browser, Locator, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import type { Kith } from '@kith/interop/kith.ts'
import type { Machine } from '@kith/interop/namespaces.ts'

/** Debian's Chromium, quiet: it looks up nothing and updates nothing. */
export function launch(program = '/usr/bin/chromium', more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}

/** The same on a machine of a simulated network; `folder` is for a script. */
export async function launchWithin(machine: Machine, folder: string): Promise<Browser> {
  const script = join(folder, 'chromium')
  await writeFile(script, `#!/bin/sh\nexec ${machine.within.join(' ')} /usr/bin/chromium "$@"\n`, { mode: 0o755 })
  return launch(script)
}

/** On a machine that does much else at the same time, a page takes its time to come up. */
export const patienceMs = 90_000

const refused = 'the policy of the page refuses'

/** Calls back with all that the content security policy of the page refuses from its next load on, whatever the console says of it. */
export async function onRefusal(page: Page, refusal: (what: string) => void): Promise<void> {
  page.on('console', (message) => {
    if (message.text().startsWith(refused)) refusal(message.text())
  })
  await page.addInitScript((words) => {
    document.addEventListener('securitypolicyviolation', ({ blockedURI, violatedDirective, sourceFile }) =>
      console.error(`${words} ${blockedURI}, by ${violatedDirective}, in ${sourceFile}`),
    )
  }, refused)
}

/** Makes a test fail when the page throws, or wants what its own policy refuses. */
export async function watch(page: Page): Promise<void> {
  page.on('pageerror', (error) => assert.fail(`the page threw: ${error.message}`))
  await onRefusal(page, (what) => assert.fail(what))
}

/** The page of a daemon, opened by its one-time link, or by another way to it. */
export async function openPage(browser: Browser, kith: Kith, link?: string): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  page.setDefaultTimeout(patienceMs)
  await watch(page)
  await page.goto(link ?? (await kith.client.call('link')).url)
  await page.getByTestId('nav-home').first().waitFor()
  return page
}

/** Waits until something comes to be; for what the page, or the daemon behind it, does in its own time. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patienceMs; ;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    assert.ok(Date.now() < end, `${what} did not happen`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits until something is so; says what it was instead when it never is. */
export async function becomes(wanted: string | number, ask: () => Promise<string | number | null>): Promise<void> {
  let is: string | number | null = null
  await until('it', async () => (is = await ask()) === wanted).catch(() => assert.equal(is, wanted))
}

const pictures = join(import.meta.dirname, '..', 'out', 'pictures')

/** Keeps a picture of the page for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}

/** Runs axe-core on what is shown and asserts that it finds nothing. */
export async function accessible(page: Page, what: string): Promise<void> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  // The page's own policy allows no inline scripts; the debugger's evaluation is not bound by it.
  await page.evaluate(axe)
  // What fades in or out has other colours meanwhile.
  await page.evaluate(async () => {
    const ends = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    const longest = new Promise((resolve) => setTimeout(resolve, 5_000))
    await Promise.race([Promise.allSettled(ends.map(({ finished }) => finished)), longest])
  })
  const found = await page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[]
        }>
      }
    }
    const { violations } = await tool.run()
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `  ${html.slice(0, 160)}\n    ${failureSummary}`)
          .join('\n')}`,
    )
  })
  assert.deepEqual(found, [], `${what} is accessible`)
}

const sizes = [
  ['wide', { width: 1440, height: 900 }],
  ['phone', { width: 360, height: 740 }],
] as const

/** Shows a screen wide and narrow, light and dark: each is kept as a picture, accessible, and no wider than it is. */
export async function everyLook(page: Page, screen: string, path: string): Promise<void> {
  for (const [size, viewport] of sizes) {
    await page.setViewportSize(viewport)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.goto(new URL(path, page.url()).href)
      await page.locator('h1').first().waitFor()
      await page.waitForTimeout(300)
      await picture(page, `${screen}-${size}-${scheme}`)
      await accessible(page, `${screen}, ${size}, ${scheme}`)
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      assert.ok(overflow <= 0, `${screen} is ${overflow} pixels too wide (${size})`)
    }
  }
}

/** Files of the disk, dragged into the window as a person does; `drop` lets them go over the middle of something. */
export async function drag(page: Page, over: Locator, paths: readonly string[], drop: boolean): Promise<void> {
  await over.scrollIntoViewIfNeeded()
  // What is shown live may still move under the hand.
  let before = ''
  const { x, y, width, height } = await until('it stands still', async () => {
    const box = await over.boundingBox()
    const is = JSON.stringify(box)
    const stands = is === before
    before = is
    await page.waitForTimeout(100)
    return stands && box !== null ? box : undefined
  })
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const at = { x: x + width / 2, y: y + height / 2, data }
  for (const type of ['dragEnter', 'dragOver', ...(drop ? (['drop'] as const) : [])] as const) {
    await session.send('Input.dispatchDragEvent', { type, ...at })
  }
  await session.detach()
}
