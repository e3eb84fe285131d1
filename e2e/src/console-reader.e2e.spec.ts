import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { publishApp } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What a person learns who does not see the page, by what a screen reader is given of it. */

const CALLS = 3;

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let appId: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  appId = await publishApp(stack, chainOfCalls(CALLS));
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  await stack.model.resetCalls();
  person = await Person.open(browser, stack.url);
  ({ page } = person);
  await page.addInitScript(LISTEN);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);

/** Keeps what comes into the region of the page that is read out. */
const LISTEN = `
  window.heard = [];
  new MutationObserver(() => {
    const region = document.querySelector('.cdk-live-announcer-element');
    const words = region?.textContent.trim();
    if (words && words !== window.heard.at(-1)?.words)
      window.heard.push({ words, live: region.getAttribute('aria-live'), at: performance.now() });
  }).observe(document, { subtree: true, childList: true, characterData: true });
`;
interface Heard {
  readonly words: string;
  readonly live: string;
  readonly at: number;
}
const heard = () => page.evaluate<Heard[]>('window.heard');
/** Waits until something is said that has these words in it. */
const hears = (words: string) =>
  page.evaluate(`new Promise((resolve) => {
    const look = () =>
      window.heard.some(({ words }) => words.includes(${JSON.stringify(words)})) ? resolve() : requestAnimationFrame(look);
    look();
  })`);

/** The call in the middle holds in its answer until it is let go. */
async function askAndHold(): Promise<void> {
  await stack.model.setRules([
    { when: { user: 'part call2' }, reply: { text: ['**second** ', 'half'], holdAfter: 1 } },
    { when: { user: 'part call' }, reply: { text: ['some words '] } },
  ]);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await stack.model.waitForHeld(1, 30_000);
}

it('a run is told while it goes on, seldom; its answer once, when it is whole; and a look back tells nothing', async () => {
  await person.signIn(`/apps/${appId}/graph`);
  await askAndHold();
  await page.locator('[data-testid="panel.answer"][aria-busy=true]').getByText('second').waitFor();
  await hears('Running: call2.');
  expect((await heard()).some(({ words }) => words.includes('Answer'))).toBe(false);
  await stack.model.release();
  await hears('The run ended: Succeeded.');
  await page.locator('[data-testid="panel.answer"][aria-busy=false]').waitFor();
  const told = await heard();
  expect(told.every(({ live }) => live === 'polite')).toBe(true);
  expect(told.filter(({ words }) => words.includes('Answer: some words second half some words'))).toHaveLength(1);
  const pauses = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0));
  expect(Math.min(...pauses)).toBeGreaterThan(2_500);

  await page.reload();
  await page.locator('[data-testid="panel.state"][data-state=succeeded]').waitFor();
  await page.locator('[data-node-id=call3] [data-state=succeeded]').waitFor();
  expect(await heard()).toEqual([]);
}, 120_000);

it('a failure is told at once; steps are not told to whoever does not want it, in any of their browsers', async () => {
  await person.signIn('/settings/profile');
  const progress = page.getByRole('switch', { name: 'Announce run progress' });
  expect(await progress.isChecked()).toBe(true);
  const saved = page.waitForResponse((response) => response.request().postData()?.includes('SaveAppearance') ?? false);
  await progress.click();
  await saved;
  const elsewhere = await Person.open(browser, stack.url);
  await elsewhere.signIn('/settings/profile');
  await elsewhere.page.locator('[data-testid="profile.announcesRuns"]:not(.mat-mdc-slide-toggle-checked)').waitFor();
  await elsewhere.close();

  await page.goto(`/apps/${appId}/graph`);
  await stack.model.setRules([
    { when: { user: 'part call' }, fault: { kind: 'status', status: 401, message: 'no such key' } },
  ]);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await hears('The run ended: Failed · call1');
  const told = await heard();
  expect(told.every(({ live }) => live === 'assertive')).toBe(true);
}, 120_000);
