import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { isDeepStrictEqual } from 'node:util';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, startRun } from './client.js';
import { ENGLISH_TEXTS, TEXT_KEYS } from './console-texts.js';
import { FORM_APP } from './form-app.js';
import { consolePages, consoleStates, type ConsolePage } from './pages.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What holds for every page and its states: both languages, three widths, both themes, and words that are composed of keys. */

const WIDTHS = [320, 768, 1_280];
type Language = 'en' | 'zh-Hans';

/** What would be wrong whatever a page shows: what is wider than the window, keys, and words of the other language. */
const LOOK = `(() => {
  const { documentElement: root, body } = document;
  const named = [...document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')].flatMap((element) =>
    ['aria-label', 'title', 'placeholder', 'alt'].map((name) => element.getAttribute(name) ?? ''));
  const lines = [...body.innerText.split('\\n'), ...named].map((line) => line.trim());
  const over = [...document.querySelectorAll('.cdk-overlay-pane')].map((pane) => pane.getBoundingClientRect());
  return {
    overflow: root.scrollWidth - root.clientWidth + over.filter(({ left, right }) => left < 0 || right > innerWidth).length,
    keys: lines.flatMap((line) => line.match(/\\b[a-zA-Z]+(?:\\.[\\w-]+)+/g) ?? [])
      .filter((word) => ${JSON.stringify(TEXT_KEYS)}.includes(word)),
    foreign: root.lang === 'en' ? [] : lines.filter((line) => ${JSON.stringify(ENGLISH_TEXTS)}.includes(line)),
    language: root.lang,
  };
})()`;

/** Fulfils when no colour is on its way to another. */
const STILL = `(async () => {
  const moving = () => document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
  while (moving().length > 0) await Promise.allSettled(moving().map(({ finished }) => finished));
})()`;

let stack: Stack;
let browser: Browser;
let person: Person;
let appId: string;
let pages: readonly ConsolePage[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  appId = await publishApp(stack, chainOfCalls(3));
  await stack.model.setRules([{ reply: { text: ['well ', 'then '] } }]);
  await follow(stack, await startRun(stack, { appId, query: 'go' }));
  pages = [...(await consolePages(stack, appId)), ...(await consoleStates(stack, appId))];
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  await stack.model.resetCalls();
  person = await Person.open(browser, stack.url, { reducedMotion: 'reduce' });
  await person.signIn('/');
});
afterEach(async () => {
  await person.close();
  expect(person.seen).toEqual([]);
});

const at = (testId: string) => person.at(testId);

/** A page that stands still. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.locator('h1').first().waitFor();
  await page.waitForLoadState('networkidle');
}

/** As a person does it, on the page where they are. */
async function speak(page: Page, language: Language, isPublic = false): Promise<void> {
  if (!isPublic) {
    await at('nav.you').click();
    await at('nav.language').click();
  }
  await page.locator(`button[lang=${language}]`).click();
  await page.locator(`html[lang=${language}]`).waitFor();
  await page.getByRole('menu').first().waitFor({ state: 'detached' });
}

/** What is wrong with it at each width. */
async function widthsIn(page: Page, language: Language): Promise<readonly object[]> {
  const found: object[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    const look = await page.evaluate<object>(LOOK);
    if (!isDeepStrictEqual(look, { overflow: 0, keys: [], foreign: [], language })) found.push({ width, ...look });
  }
  return found;
}

async function violationsIn(page: Page, colorScheme: 'light' | 'dark'): Promise<readonly object[]> {
  await page.emulateMedia({ colorScheme });
  await page.evaluate(STILL);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => ({
      ...{ colorScheme, id },
      places: nodes.map(({ html, any }) => [html.slice(0, 120), any[0]?.message]).slice(0, 3),
    }));
}

it('shows every page in the language that is chosen on it, at every width, and keeps the rules of accessibility', async () => {
  const stranger = await Person.open(browser, stack.url, { reducedMotion: 'reduce' });
  await stranger.page.goto('/signin');
  const spoken: Record<string, Language> = { member: 'en', stranger: 'en' };
  const found: object[] = [];
  for (const { name, path, isPublic, act, isOver } of pages) {
    const [who, page] = isPublic ? ['stranger', stranger.page] : ['member', person.page];
    await page.setViewportSize({ width: 1_280, height: 800 });
    await visit(page, path);
    if (!isOver) await act?.(page);
    const first: Language = spoken[who] ?? 'en';
    // one language in the one theme, the other in the other: words decide nothing of colours
    for (const language of [first, first === 'en' ? 'zh-Hans' : 'en'] as const) {
      if (language !== spoken[who]) await speak(page, language, isPublic);
      spoken[who] = language;
      if (isOver) await act?.(page);
      const theme = language === first ? 'light' : 'dark';
      for (const wrong of [...(await widthsIn(page, language)), ...(await violationsIn(page, theme))])
        found.push({ name, language, ...wrong });
      if (isOver) await page.keyboard.press('Escape');
    }
  }
  expect(found).toEqual([]);
  expect(stranger.seen).toEqual([]);
  await stranger.close();
}, 600_000);

/** Composes a word as an input method does, presses what ends it, and takes it. */
async function compose(page: Page, text: string): Promise<void> {
  const keyboard = await person.context.newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  const taken = { key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 };
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...taken });
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', ...taken });
  await keyboard.send('Input.insertText', { text });
  await keyboard.detach();
}

it('sends nothing while a word is composed of keys, in the chat, a form and the palette', async () => {
  const { page } = person;
  const formId = await publishApp(stack, FORM_APP, 'Form of words');
  const { runs } = await ask<{ runs: { edges: object[] } }>(stack, '{ runs(first: 100) { edges { cursor } } }');
  const countRuns = async () =>
    (await ask<{ runs: { edges: object[] } }>(stack, '{ runs(first: 100) { edges { cursor } } }')).runs.edges.length;

  await visit(page, `/apps/${appId}/graph`);
  await at('panel.message').focus();
  await compose(page, '你好');
  expect(await at('panel.message').inputValue()).toBe('你好');
  await visit(page, `/apps/${formId}/graph`);
  await at('form.topic').focus();
  await compose(page, '天气');
  expect(await at('form.topic').inputValue()).toBe('天气');
  expect(await page.locator('tn-start-form').getByRole('alert').count()).toBe(0);
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
  await compose(page, '/模型');
  await at('palette.input').and(page.locator(':focus')).waitFor();
  expect(await at('palette.input').inputValue()).toBe('/模型');
  await page.keyboard.press('Escape');
  expect([await countRuns(), (await stack.model.calls()).length]).toEqual([runs.edges.length, 0]);

  // what is written is sent as soon as it is asked for
  await visit(page, `/apps/${appId}/graph`);
  expect(await at('panel.message').inputValue()).toBe('你好');
  await at('panel.message').press('Enter');
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(await countRuns()).toBe(runs.edges.length + 1);
}, 60_000);
