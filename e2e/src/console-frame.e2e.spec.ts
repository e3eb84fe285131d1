import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, startRun } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What stands around every page: ways to other pages, and what is said when the product is away. */

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let appId: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  appId = await publishApp(stack, chainOfCalls(1));
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);
/** Opens the palette, whose field has the keyboard then. */
async function openPalette(): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('[role=combobox]:focus').waitFor();
}
const chosen = () => page.locator('[role=option][aria-selected=true]');

it('leads to an app by a word, to a run by its id, and back to where a person was', async () => {
  await stack.model.setRules([{ reply: { text: ['well'] } }]);
  const runId = await startRun(stack, { appId, query: 'go' });
  await follow(stack, runId);
  await person.signIn('/');
  await openPalette();
  await at('palette.input').fill('@chain');
  await chosen().getByText('Chain').waitFor();
  // what ends a composed word, as Safari says it, takes nothing
  await at('palette.input').dispatchEvent('keydown', { key: 'Enter', keyCode: 229 });
  await chosen().getByText('Chain').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/apps/${appId}/graph`);
  await page.locator('h1').waitFor();

  await openPalette();
  await at('palette.input').fill(runId);
  await chosen().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/apps/${appId}/runs/${runId}`);
  await page.locator('h1').waitFor();

  await page.keyboard.press('Control+k');
  await page
    .getByRole('option')
    .nth(1)
    .filter({ hasText: /Chain\s*Graph/ })
    .waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/apps/${appId}/graph`);

  await page.locator('[role=dialog]').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.waitForURL('**/models');
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  expect(person.seen).toEqual([]);
}, 90_000);

it('shows the way to a page, leads back by it, and brings the keyboard to the heading', async () => {
  const runId = await startRun(stack, { appId, query: 'go' });
  await follow(stack, runId);
  await person.signIn(`/apps/${appId}/runs/${runId}`);
  const way = page.getByRole('navigation', { name: 'Where you are' });
  await way.getByRole('link', { name: 'Chain' }).waitFor();
  const parts = (await way.getByRole('listitem').allTextContents()).map((part) => part.trim());
  expect(parts).toEqual(['My team', 'Apps', 'Chain', 'Runs', 'Run']);
  await at('run.download').waitFor();
  await way.getByRole('link', { name: 'Runs' }).click();
  await page.waitForURL(`**/apps/${appId}/runs`);
  await page.locator('h1:focus', { hasText: 'Runs' }).waitFor();
  expect(await at('run.download').count()).toBe(0);
  await at('app.standing').getByText('Live v1').waitFor();
  await at('app.graph').click();
  await page.locator('h1:focus', { hasText: 'Chain' }).waitFor();
  await at('nav.find').click();
  await at('palette.input').waitFor();
  expect(person.seen).toEqual([]);
}, 60_000);

it('keeps the rail as the member wants it, and narrow where there is little room', async () => {
  await person.signIn('/');
  const width = async () => (await page.getByRole('navigation', { name: 'Main menu' }).boundingBox())?.width;
  expect(await width()).toBe(224);
  await page.setViewportSize({ width: 1_279, height: 800 });
  await at('nav.rail').waitFor({ state: 'hidden' });
  expect(await width()).toBe(56);
  await page.setViewportSize({ width: 1_280, height: 800 });
  await at('nav.rail').click();
  await page.reload();
  await at('nav.rail').waitFor();
  expect(await width()).toBe(56);
}, 60_000);

it('says how Tenon is to those who can mend it, and to everybody what keeps runs from going on', async () => {
  await person.signIn('/');
  await page.locator('[data-testid="nav.health"][data-level=good]').click();
  await at('health.workers').getByText('1 worker').waitFor();
  await page.keyboard.press('Escape');
  await stack.worker.kill();
  await at('banner.trouble').getByText('No worker is there').waitFor({ timeout: 30_000 });
  await page.locator('[data-testid="nav.health"][data-level=bad]').waitFor();
  await stack.worker.start();
  await at('banner.trouble').waitFor({ state: 'detached', timeout: 30_000 });
  expect(person.seen).toEqual([]);
}, 120_000);

it('lists the nodes of a graph in the order of a run, and chooses them', async () => {
  await person.signIn(`/apps/${appId}/graph`);
  await at('graph.outline').click();
  const listed = page.locator('[data-outline-id]');
  await listed.first().waitFor();
  expect(await listed.evaluateAll((items) => items.map((item) => item.dataset['outlineId']))).toEqual([
    ...['start', 'call1', 'answer'],
  ]);
  await at('outline.find').fill('call');
  await page.locator('[data-outline-id=call1]').click();
  await page.locator('[data-outline-id=call1][aria-selected=true]').waitFor();
  await page.reload();
  await listed.first().waitFor();
  expect(person.seen).toEqual([]);
}, 60_000);

/** Where each box and line is drawn. */
const DRAWN = `(() => {
  const rectOf = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const boxes = [...document.querySelectorAll('[data-node-id]')].map((box) => [box.dataset.nodeId, rectOf(box)]);
  return { boxes: Object.fromEntries(boxes), lines: [...document.querySelectorAll('.edge .line')].map(rectOf) };
})()`;

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

it('draws containers of a Dify file around what is in them, also inside each other, and nests them in the outline', async () => {
  const content = await readFile(path.join(import.meta.dirname, 'containers.yml'), 'utf8');
  const { importApp } = await ask<{ importApp: { app: { id: string } } }>(
    stack,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
    { input: { content } },
  );
  await person.signIn('/apps');
  await page.goto(`/apps/${importApp.app.id}/graph?outline=open`);
  await page.locator('.drawn [data-node-id=start]').waitFor();
  const { boxes, lines } = await page.evaluate<{ boxes: Record<string, Rect>; lines: readonly Rect[] }>(DRAWN);
  const isIn = (home: string) => (inner: Rect) => {
    const outer = boxes[home] as Rect;
    return (
      inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
    );
  };
  const inside = (home: string) => Object.keys(boxes).filter((id) => id !== home && isIn(home)(boxes[id] as Rect));
  expect(inside('each').sort()).toEqual(['eachstart', 'keep', 'polish', 'polishstart', 'shorten', 'write']);
  expect(inside('polish').sort()).toEqual(['keep', 'polishstart', 'shorten']);
  expect(inside('again').sort()).toEqual(['againstart', 'enough', 'title']);
  expect(['each', 'polish', 'again'].map((home) => lines.filter(isIn(home)).length)).toEqual([4, 2, 2]);

  const homes = await page
    .locator('[data-outline-id]')
    .evaluateAll((items) =>
      items.map((item) => [
        item.dataset['outlineId'],
        item.parentElement?.closest('[data-outline-id]')?.getAttribute('data-outline-id') ?? '',
      ]),
    );
  expect(homes).toEqual([
    ...[
      ['start', ''],
      ['split', ''],
      ['each', ''],
    ],
    ...[
      ['eachstart', 'each'],
      ['write', 'each'],
      ['polish', 'each'],
    ],
    ...[
      ['polishstart', 'polish'],
      ['shorten', 'polish'],
      ['keep', 'polish'],
    ],
    ...[
      ['again', ''],
      ['againstart', 'again'],
      ['title', 'again'],
      ['enough', 'again'],
      ['end', ''],
    ],
  ]);
  expect(person.seen).toEqual([]);
}, 60_000);

it('says when the product is away, and goes on by itself when it is back', async () => {
  await person.signIn('/apps');
  await at('apps.card.Chain').waitFor();
  await at('nav./').click();
  await at('apps.card.Chain').waitFor();
  await stack.api.kill();
  await at('nav./apps').click();
  await at('away').getByText('does not answer').waitFor();
  // what was there stays
  await at('apps.card.Chain').waitFor();
  await at('nav./models').click();
  await stack.api.start();
  await at('away').getByText('does not answer').waitFor({ state: 'hidden' });
  // what had failed meanwhile is there
  await page.getByRole('heading', { name: 'openai' }).waitFor();
}, 90_000);

it('waits for the product also where there is no page yet', async () => {
  await person.signIn('/');
  // the page itself is at hand, what it asks is not
  await page.route(/graphql|health/, (route) => route.abort());
  await page.goto('/apps');
  await page.getByText('Tenon does not answer').waitFor();
  await page.unroute(/graphql|health/);
  await at('apps.card.Chain').waitFor();
}, 90_000);

it('tells in the language of the reader why it refuses', async () => {
  const reader = await Person.open(browser, stack.url, { locale: 'zh-CN' });
  await reader.page.goto('/signin');
  await reader.trySignIn('wrong');
  await reader.at('signIn.problem').getByText('邮箱或密码不正确。').waitFor();
  await reader.signIn('/apps/import');
  await reader.at('import.text').fill('hello');
  await reader.at('import.take').click();
  await reader.at('import.report').getByText('这不是应用文件').waitFor();
  expect(reader.seen).toEqual([]);
  await reader.close();
}, 60_000);

it('looks as the member wants it in every browser of theirs', async () => {
  await person.signIn('/settings/profile');
  await at('profile.theme').selectOption('dark');
  await at('profile.language').selectOption('zh-Hans');
  await page.getByRole('heading', { name: '个人资料与外观' }).waitFor();
  const other = await Person.open(browser, stack.url);
  await other.signIn('/settings/profile');
  await other.page.getByRole('heading', { name: '个人资料与外观' }).waitFor();
  expect(await other.at('profile.theme').inputValue()).toBe('dark');
  await other.at('profile.language').selectOption('en');
  await other.at('profile.theme').selectOption('system');
  await other.page.getByRole('heading', { name: 'Profile and appearance' }).waitFor();
  expect([...person.seen, ...other.seen]).toEqual([]);
  await other.close();
}, 60_000);

it('leads to every app of a hundred and more', async () => {
  const content = chainOfCalls(1);
  for (let number = 1; number <= 100; number += 1)
    await ask(stack, 'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }', {
      input: { content, name: `Later ${number}` },
    });
  await person.signIn('/apps');
  const cards = page.locator('tn-app-card');
  await at('apps.card.Later 100').waitFor();
  expect(await cards.count()).toBe(100);
  await at('apps.more').click();
  await at('apps.card.Chain').waitFor();

  await at('apps.find').fill('CHAIN');
  await at('apps.card.Later 100').waitFor({ state: 'detached' });
  await at('apps.card.Chain').waitFor();
  await page.locator('.cdk-live-announcer-element').getByText('1 result').waitFor({ state: 'attached' });

  await openPalette();
  await at('palette.input').fill('@chain');
  await chosen().getByText('Chain').waitFor();
  expect(person.seen).toEqual([]);
}, 120_000);
