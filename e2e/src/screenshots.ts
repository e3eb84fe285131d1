import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { follow, publishApp, startRun } from './client.js';
import { importSteps } from './import-steps.js';
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
const ANSWER = `A red light means that it finds no network.

1. Pull the plug for **ten seconds**.
2. Wait until the light is *green*, which takes about a minute.

| light | means |
| --- | --- |
| red | no network |
| green | all is well |`;
const QUESTION = 'My router blinks red, what now?';
const EXAMPLE = path.resolve(import.meta.dirname, '../../examples/content-moderation.yml');

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

/** A page, or what a key opens on it, or what somebody does there. */
interface Shown extends ConsolePage {
  readonly key?: string;
  readonly act?: (page: Page) => Promise<void>;
}

/** Apps, runs of them that have ended well and badly, and their pages. */
async function seedPages(stack: Stack): Promise<Shown[]> {
  const appId = await publishApp(stack, chainOfCalls(3), 'Support assistant');
  const moderation = await publishApp(stack, await readFile(EXAMPLE, 'utf8'), 'Ask support');
  await stack.model.setRules([
    { when: { user: 'part call2', nth: 1 }, fault: { kind: 'status', status: 401, message: 'The key is not known.' } },
    { when: { system: 'You sort messages' }, reply: { text: 'technical_question' } },
    { reply: { text: ANSWER, usage: { promptTokens: 214, completionTokens: 31 } } },
  ]);
  for (const query of ['It will not start', 'How do I reset it?'])
    await follow(stack, await startRun(stack, { appId, query }));
  const runId = await startRun(stack, { appId: moderation, query: QUESTION });
  await follow(stack, runId);
  const run = `/apps/${moderation}/runs/${runId}`;
  return [
    ...(await consolePages(stack, appId)),
    { name: 'moderation-answer', path: `/apps/${moderation}/graph?run=${runId}` },
    { name: 'moderation-run', path: `${run}?step=technical` },
    { name: 'moderation-timeline', path: `${run}?view=timeline&step=technical` },
    ...importSteps(),
    { name: 'palette', path: '/', key: 'Control+k' },
    { name: 'shortcuts', path: '/', key: '?' },
  ];
}

async function takeAll(
  browser: Browser,
  pages: readonly Shown[],
  { theme, language }: { readonly theme: (typeof THEMES)[number]; readonly language: string },
): Promise<number> {
  const options = { locale: language, colorScheme: theme, reducedMotion: 'reduce' } as const;
  const [member, stranger] = await Promise.all([
    Person.open(browser, stack.url, options),
    Person.open(browser, stack.url, options),
  ]);
  await member.signIn('/');
  let taken = 0;
  for (const { name, path: address, isPublic, key, act } of pages) {
    const { page } = isPublic ? stranger : member;
    await mkdir(path.join(values.out, name), { recursive: true });
    for (const [device, [width, height]] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width, height });
      await page.goto(address);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('networkidle');
      if (await page.locator('tn-graph-canvas').count()) await page.locator('[data-node-id]').first().waitFor();
      if (key) {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
      }
      await act?.(page);
      await page.screenshot({ path: path.join(values.out, name, `${theme}-${language}-${device}.png`) });
      taken += 1;
    }
  }
  await Promise.all([member.close(), stranger.close()]);
  return taken;
}
