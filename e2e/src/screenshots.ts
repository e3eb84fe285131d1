import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { follow, publishApp, startRun } from './client.js';
import { consolePages, type ConsolePage } from './pages.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/**
 * `npm run screenshots [-- --out FOLDER] [--only NAMES]`: every page of the console, light and dark, in both languages, on
 * a phone, a tablet and a desk, as `FOLDER/<page>/<theme>-<language>-<width>.png`.
 */

const THEMES = ['light', 'dark'] as const;
const LANGUAGES = ['en', 'zh-Hans'];
const WIDTHS = { phone: [375, 812], tablet: [820, 1_180], desk: [1_440, 900] } as const;
const ANSWER = 'First open the settings, then choose *reset*. The light turns green after about a minute.';

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'screenshots' }, only: { type: 'string', default: '' } },
});
const only = values.only.split(',').filter(Boolean);
// what is being stopped keeps no process awake
const awake = setInterval(() => undefined, 60_000);
const [stack, browser] = await Promise.all([startStack(), startBrowser()]);
try {
  const pages = (await seedPages(stack)).filter(({ name }) => only.length === 0 || only.includes(name));
  let taken = 0;
  for (const theme of THEMES)
    for (const language of LANGUAGES) {
      taken += await takeAll(browser, pages, { theme, language });
      process.stderr.write(`${taken} of ${pages.length * 12} taken\n`);
    }
  process.stdout.write(`${path.resolve(values.out)}\n`);
} finally {
  await browser.close();
  await stack.close();
  clearInterval(awake);
}

/** An app, runs of it that have ended well and badly, and its pages. */
async function seedPages(stack: Stack): Promise<ConsolePage[]> {
  const appId = await publishApp(stack, chainOfCalls(3), 'Support assistant');
  await stack.model.setRules([
    { when: { user: 'part call2', nth: 1 }, fault: { kind: 'status', status: 401, message: 'The key is not known.' } },
    { reply: { text: ANSWER, usage: { promptTokens: 214, completionTokens: 31 } } },
  ]);
  for (const query of ['It will not start', 'How do I reset it?'])
    await follow(stack, await startRun(stack, { appId, query }));
  return consolePages(stack, appId);
}

async function takeAll(
  browser: Browser,
  pages: readonly ConsolePage[],
  { theme, language }: { readonly theme: (typeof THEMES)[number]; readonly language: string },
): Promise<number> {
  const options = { locale: language, colorScheme: theme, reducedMotion: 'reduce' } as const;
  const [member, stranger] = await Promise.all([
    Person.open(browser, stack.url, options),
    Person.open(browser, stack.url, options),
  ]);
  await member.signIn('/');
  let taken = 0;
  for (const { name, path: address, isPublic } of pages) {
    const { page } = isPublic ? stranger : member;
    await mkdir(path.join(values.out, name), { recursive: true });
    for (const [device, [width, height]] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height });
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: path.join(values.out, name, `${theme}-${language}-${device}.png`) });
      taken += 1;
    }
  }
  await Promise.all([member.close(), stranger.close()]);
  return taken;
}
