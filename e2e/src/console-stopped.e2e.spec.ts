import { openDatabase } from '@tenon/database';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, publishApp } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* A run that was stopped says what came of it: at once, after a reload, on its page and in its record the same. */

/** Longer than the panel waits before it reads what came of a run. */
const LATE_MS = 1_500;
const WORDS = Array.from({ length: 200 }, (_, index) => `word${index} `);

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
  await stack.model.setRules([{ reply: { text: WORDS, betweenMs: 150 } }]);
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);
const textAt = async (testId: string) => (await at(testId).textContent())?.replaceAll(/\s+/g, ' ').trim();

interface Recorded {
  readonly isSettled: boolean;
  readonly answer: string | null;
  readonly usage: { readonly totalTokens: number; readonly isEstimated: boolean } | null;
}

/** The record of a run once all of its steps have written theirs. */
async function settled(id: string): Promise<Recorded> {
  const query = 'query ($id: ID!) { run(id: $id) { isSettled answer usage { totalTokens isEstimated } } }';
  for (;;) {
    const { run } = await ask<{ run: Recorded }>(stack, query, { id });
    if (run.isSettled) return run;
    await page.waitForTimeout(100);
  }
}

/** What the panel says of the run that it shows. */
const said = async () => ({
  answer: await textAt('panel.answer'),
  tokens: await textAt('panel.tokens'),
  cost: await textAt('panel.cost'),
});

/** Holds back what steps record of themselves until the panel has shown the end for a while. */
async function whileNoneRecords(work: () => Promise<void>): Promise<void> {
  const database = openDatabase({ url: stack.postgres.url, poolSize: 1, name: 'test' });
  await database.inTransaction(async (sql) => {
    await sql.rows('lock table attempt in exclusive mode');
    await work();
    await page.waitForTimeout(LATE_MS);
  });
  await database.close();
}

/** Asks, stops in the middle of the answer, and gives the run's id. */
async function askAndStop(): Promise<string> {
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await at('panel.answer').getByText('word5').waitFor();
  await whileNoneRecords(async () => {
    await at('panel.stop').click();
    await at('panel.state').and(page.locator('[data-state=stopped]')).waitFor({ timeout: 10_000 });
  });
  return new URL(page.url()).searchParams.get('run') ?? '';
}

/** Waits until the panel says of the run what its record says. */
async function expectAsRecorded(runId: string): Promise<void> {
  const { answer, usage } = await settled(runId);
  const tokens = usage?.totalTokens ?? 0;
  expect(tokens).toBeGreaterThan(0);
  const words = answer?.trim().split(' ') ?? [];
  await at('panel.answer')
    .getByText(`${words.at(-1)}`)
    .waitFor({ timeout: 5_000 });
  await at('panel.tokens').getByText(`${tokens} tokens`).waitFor({ timeout: 5_000 });
  expect(await said()).toEqual({
    answer: words.join(' '),
    tokens: `≈ ${tokens} tokens`,
    cost: expect.stringContaining('cost unknown') as string,
  });
}

it('says of a stopped run the same without a reload, after one, on its page, and in the conversation', async () => {
  const runId = await askAndStop();
  await expectAsRecorded(runId);
  const before = await said();
  await page.reload();
  await expectAsRecorded(runId);
  expect(await said()).toEqual(before);
  await at('panel.open').click();
  await at('run.answer').waitFor();
  expect(await textAt('run.answer')).toBe(before.answer);
  await page.goBack();
  await stack.model.setRules([{ reply: { text: ['Next.'] } }]);
  await at('panel.message').fill('and now?');
  await at('panel.send').click();
  await at('panel.answer').getByText('Next.').waitFor();
  expect((await page.locator(`[data-message-id="${runId}"]`).textContent())?.trim()).toBe(before.answer);
  expect(person.seen).toEqual([]);
}, 90_000);

it('says so also when the API was away while the last step wrote', async () => {
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await at('panel.answer').getByText('word5').waitFor();
  const runId = new URL(page.url()).searchParams.get('run') ?? '';
  await at('panel.stop').click();
  await at('panel.stop').waitFor({ state: 'detached' });
  await stack.api.kill();
  await stack.api.start();
  await expectAsRecorded(runId);
}, 90_000);
