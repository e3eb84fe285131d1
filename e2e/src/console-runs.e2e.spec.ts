import type { Browser, Page } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { follow, publishApp, startRun } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';
import { workflowOf } from './wide-app.js';

/* Runs that are long, and values that are large: their pages show all of them and stay fast. */

const STEPS = 1_000;
/** Two events of each step, and two of the run. */
const MANY_EVENTS = 10_000;
const LARGE = 5_000_000;

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  await stack.model.resetCalls();
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);

/** A run of so many steps that has ended, as the path of its page. */
async function pathOfRun(steps: number): Promise<string> {
  const appId = await publishApp(stack, workflowOf(steps));
  const runId = await startRun(stack, { appId });
  await follow(stack, runId);
  return `/apps/${appId}/runs/${runId}`;
}

/** Looks once a frame. */
async function expectSoon(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await page.evaluate('new Promise(requestAnimationFrame)');
}

/** Waits until an element can be seen. */
async function isInSight(selector: string): Promise<void> {
  await page.locator(selector).evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        const look = (entries: { isIntersecting: boolean }[]) => {
          if (entries.at(-1)?.isIntersecting) resolve();
        };
        new element.ownerDocument.defaultView.IntersectionObserver(look, { threshold: 0.5 }).observe(element);
      }),
  );
}

it('fits the graph anew when its window changes, until somebody has moved it', async () => {
  await page.setViewportSize({ width: 1_100, height: 600 });
  await person.signIn(`/apps/${await publishApp(stack, chainOfCalls(6))}/graph`);
  const widthOf = async () => (await page.locator('[data-node-id=call1]').boundingBox())?.width ?? 0;
  await isInSight('[data-node-id=answer]');
  const narrow = await widthOf();
  await page.setViewportSize({ width: 1_800, height: 900 });
  await expectSoon(async () => (await widthOf()) > narrow * 1.3);
  await isInSight('[data-node-id=start]');
  await isInSight('[data-node-id=answer]');

  await page.getByRole('button', { name: 'Zoom in' }).click();
  await expectSoon(async () => (await widthOf()) > narrow * 1.5);
  const near = await widthOf();
  await page.setViewportSize({ width: 1_500, height: 900 });
  await isInSight('[data-node-id=call3]');
  expect(await widthOf()).toBeCloseTo(near, 0);
});

it('shows a run of 1 000 steps: what is in sight of its graph, the first and last of its steps, and any by its link', async () => {
  const path = await pathOfRun(STEPS);
  await person.signIn(path);
  await page.locator('.drawn [data-node-id=start]').waitFor();
  const boxes = await page.locator('[data-node-id]').count();
  expect(boxes).toBeGreaterThan(10);
  expect(boxes).toBeLessThan(STEPS * 0.7);
  // the keyboard comes to every box all the same
  await page.locator('[data-node-id=start]').focus();
  await page.keyboard.press('End');
  await page.locator('[data-node-id=end]:focus').waitFor();

  await at('run.view.steps').click();
  expect(await page.getByRole('table', { name: 'Steps' }).getAttribute('aria-rowcount')).toBe(String(STEPS + 1));
  await page.locator('[data-row="0"] button').focus();
  await page.keyboard.press('End');
  await page.locator(`[data-row="${STEPS - 1}"] button:focus`).waitFor();
  await isInSight(`[data-row="${STEPS - 1}"]`);
  expect(await page.locator('[data-row]').count()).toBeLessThan(100);

  await page.goto(`${path}?view=steps&step=t500`);
  await isInSight('[data-step-key=t500].chosen');
  await page.getByRole('heading', { name: 'Template t500' }).waitFor();
  await at('run.view.timeline').click();
  await isInSight('[data-bar-key=t500]');
  expect(person.seen).toEqual([]);
}, 120_000);

it('shows 10 000 events from the first to the last, and gives them all as a file', async () => {
  const path = await pathOfRun(MANY_EVENTS / 2);
  await person.signIn(path);
  await at('run.view.events').click();
  await at('events.count').getByText('10,002 events').waitFor({ timeout: 30_000 });
  await page.locator('[data-seq="1"]').getByText('The run began').waitFor();
  const rows = page.locator('cdk-virtual-scroll-viewport');
  const height = (MANY_EVENTS + 2) * 32;
  await rows.locator(`.cdk-virtual-scroll-spacer[style*="${height}px"]`).waitFor({ state: 'attached' });
  for (let share = 0; share <= 1; share += 0.1) {
    await rows.evaluate((list, part) => (list.scrollTop = part * list.scrollHeight), share);
    const row = Math.floor(share * MANY_EVENTS);
    await page.locator(`[data-row="${row}"][data-seq="${row + 1}"]`).waitFor();
  }
  await page.locator('[data-row="9999"] button').focus();
  await page.keyboard.press('Home');
  await page.locator('[data-seq="1"] button:focus').waitFor();
  await page.keyboard.press('End');
  await page.locator('[data-seq="10002"] button:focus').getByText('The run ended: Succeeded').waitFor();
  await at('events.kind.run').click();
  await at('events.count').getByText('2 events').waitFor();
  await at('events.technical').click();
  await page.locator('[data-seq="1"]').getByText('run.started {').waitFor();

  const coming = page.waitForEvent('download');
  await at('run.download').click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe(`Graph-of-5000-${path.split('/').at(-1)}.json`);
  const file = JSON.parse(await readFile(await download.path(), 'utf8')) as {
    run: { id: string };
    steps: object[];
    events: { seq: number }[];
  };
  expect(file.run.id).toBe(path.split('/').at(-1));
  expect(file.steps).toHaveLength(MANY_EVENTS / 2);
  expect(file.events.map(({ seq }) => seq)).toEqual(Array.from({ length: MANY_EVENTS + 2 }, (_, index) => index + 1));
  expect(person.seen).toEqual([]);
}, 240_000);

it('shows events as they come, and of an answer of 5 MB its beginning, without standing still', async () => {
  const appId = await publishApp(stack, chainOfCalls(1));
  const piece = 'word '.repeat(10_000);
  const text = Array.from({ length: LARGE / piece.length }, () => piece);
  await stack.model.setRules([{ reply: { text, holdAfter: 2 } }]);
  const runId = await startRun(stack, { appId, query: 'go' });
  await stack.model.waitForHeld(1, 30_000);
  await person.signIn(`/apps/${appId}/runs/${runId}`);
  await at('run.view.events').click();
  await page.locator('[data-seq]').getByText('call1 began').waitFor();
  await stack.model.release();
  await page.locator('[data-seq]').getByText('The run ended: Succeeded').waitFor({ timeout: 60_000 });

  await at('run.view.steps').click();
  await page.locator('[data-step-key=call1] button').click();
  await at('value.preview').first().waitFor();
  await at('value.fetch').first().click();
  await page.getByText('of 5,000,000 characters').first().waitFor();
  await at('value.download').first().waitFor();
  // what is pressed now is answered at once
  const begun = Date.now();
  await at('run.view.timeline').click();
  await page.locator('[data-bar-key=call1]').waitFor();
  expect(Date.now() - begun).toBeLessThan(2_000);
  expect(person.seen).toEqual([]);
}, 180_000);
