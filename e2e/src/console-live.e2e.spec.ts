import type { Browser, Page } from 'playwright-core';
import { isDeepStrictEqual } from 'node:util';
import { startBrowser } from './browser.js';
import { chatflow, hasWord, llm, template } from './build-app.js';
import { chainOfCalls } from './chain-app.js';
import { ask, publishApp, readRun } from './client.js';
import { paceEvents, statesIn } from './paced-events.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What a person sees of a run is what happens, at every moment, also while processes die and pages are loaded anew. */

const CALLS = 3;
const textOf = (index: number) => `[${index}] one two three `;
const WHOLE = Array.from({ length: CALLS }, (_, index) => textOf(index + 1)).join('');

/** What is promised of a lost worker and of a stop, in milliseconds. */
const RECOVERING_WITHIN_MS = 5_000;
const STOPPED_WITHIN_MS = 2_000;

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
  person = await Person.open(browser, stack.url, { permissions: ['clipboard-read', 'clipboard-write'] });
  ({ page } = person);
});
afterEach(async () => {
  await person.close();
  expect(person.seen).toEqual([]);
});

const at = (testId: string) => person.at(testId);
const panelIs = (state: string) => at('panel.state').and(page.locator(`[data-state=${state}]`));
/** Waits until the box of a node shows a state. */
const stands = (id: string, state: string) =>
  page.locator(`[data-node-id="${id}"] [data-state="${state}"]`).waitFor({ timeout: 10_000 });
const runOfPage = () => new URL(page.url()).searchParams.get('run') ?? '';
const answer = async () => (await at('panel.answer').textContent())?.trim();

async function send(ofApp: string): Promise<void> {
  await person.signIn(`/apps/${ofApp}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
}

/** Asks in the panel, and waits until the second of the calls is in the middle of its answer, where it holds. */
async function askAndHold(): Promise<string> {
  await stack.model.setRules(
    Array.from({ length: CALLS }, (_, index) => ({
      when: { user: `part call${index + 1}` },
      reply: { text: textOf(index + 1).split(/(?<= )/), betweenMs: 20, ...(index + 1 === 2 && { holdAfter: 2 }) },
    })),
  );
  await send(appId);
  await stack.model.waitForHeld(1, 30_000);
  await at('panel.answer')
    .getByText(`${textOf(1)}[2] one`)
    .waitFor();
  return runOfPage();
}

/** The answer is shown and given away as the server has it, byte for byte. */
async function expectWhole(runId: string, whole = WHOLE): Promise<void> {
  await panelIs('succeeded').waitFor({ timeout: 60_000 });
  expect(await readRun(stack, runId)).toMatchObject({ status: 'SUCCEEDED', answer: whole });
  expect(await answer()).toBe(whole.trim());
  await at('panel.copy').getByRole('button').click();
  expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(whole);
}

/** Ways that are taken and not, one that succeeds at its second try, and one that fails and has a way around. */
const TWELVE = chatflow(
  [
    llm('first', 'say yes'),
    hasWord('check', ['first', 'text'], 'yes'),
    ...[llm('left', 'left'), llm('right', 'right')],
    ...[template('not', 'x'), template('neither', 'x')],
    template('join', 'x'),
    llm('flaky', 'flaky', { retry_config: { retry_enabled: true, max_retries: 2, retry_interval: 100 } }),
    llm('broken', 'broken', {
      error_strategy: 'default-value',
      default_value: [{ key: 'text', type: 'string', value: 'instead' }],
    }),
    llm('last', 'last'),
  ],
  [
    ...['start -> first', 'first -> check', 'check/true -> left', 'check/true -> right', 'check/false -> not'],
    ...['not -> neither', 'left -> join', 'right -> join', 'neither -> join', 'join -> flaky', 'flaky -> broken'],
    ...['broken -> last', 'last -> answer'],
  ],
  '{{#flaky.text#}} {{#broken.text#}} {{#last.text#}}',
);

it('shows at every event of a run what each of twelve nodes has come to', async () => {
  const twelveId = await publishApp(stack, TWELVE, 'Twelve nodes');
  await stack.model.setRules([
    { when: { user: 'flaky', nth: 1 }, fault: { kind: 'status', status: 500 } },
    { when: { user: 'broken' }, fault: { kind: 'status', status: 400 } },
    { when: { user: 'say yes' }, reply: { text: 'yes' } },
    { reply: { text: ['one ', 'two '] } },
  ]);
  const events = await paceEvents(page);
  await send(twelveId);
  const shown = () =>
    page
      .locator('[data-node-id]')
      .evaluateAll((boxes) =>
        Object.fromEntries(
          boxes.map((box) => [box.dataset['nodeId'], box.querySelector('[data-state]')?.getAttribute('data-state')]),
        ),
      );
  const seen = new Set<string>();
  for (let view = await events.next(); ; view = await events.next()) {
    const states = statesIn(view);
    for (const state of states.values()) seen.add(state);
    const end = Date.now() + 5_000;
    for (;;) {
      const boxes = await shown();
      const told = Object.fromEntries(Object.keys(boxes).map((id) => [id, states.get(id) ?? 'notReached']));
      if (Object.keys(boxes).length === 12 && isDeepStrictEqual(boxes, told)) break;
      if (Date.now() > end) expect([view.seq, boxes]).toEqual([view.seq, told]);
    }
    if (view.status === 'running') continue;
    // and what the record says in the end
    const { steps } = await readRun(stack, runOfPage());
    expect(Object.fromEntries(steps.map(({ key, status }) => [key, status.toLowerCase()]))).toEqual(await shown());
    break;
  }
  expect([...seen].sort()).toEqual(['handled', 'retrying', 'running', 'skipped', 'succeeded']);
  await panelIs('partiallySucceeded').waitFor();
}, 90_000);

it('shows the same run, once and whole, when the page is loaded anew while its answer streams', async () => {
  const words = Array.from({ length: 240 }, (_, index) => (index % 3 === 0 ? '再来 ' : `🙂${index} `));
  const whole = `${textOf(1)}${words.join('')}${textOf(3)}`;
  await stack.model.setRules([
    { when: { user: 'part call1' }, reply: { text: textOf(1) } },
    { when: { user: 'part call2' }, reply: { text: words, betweenMs: 25 } },
    { reply: { text: textOf(3) } },
  ]);
  const odd: string[] = [];
  await page.exposeFunction('tell', (text: string) => whole.startsWith(text.trim()) || odd.push(text));
  await page.addInitScript(`new MutationObserver(() => {
    const answer = document.querySelector('[data-testid="panel.answer"]');
    if (answer) tell(answer.textContent);
  }).observe(document, { childList: true, characterData: true, subtree: true })`);
  await send(appId);
  for (const piece of [10, 100]) {
    await at('panel.answer').getByText(`🙂${piece} `).waitFor();
    expect((await answer())?.length).toBeLessThan(whole.trim().length);
    await page.reload();
  }
  await expectWhole(runOfPage(), whole);
  expect(odd).toEqual([]);
  for (const id of ['call1', 'call2', 'call3']) await stands(id, 'succeeded');
  const { byKey } = await stack.model.counts();
  expect(Object.values(byKey)).toEqual([1, 1, 1]);
  // the numbers of the app follow its run
  const { app } = await ask<{ app: { recentUsage: { calls: number } } }>(
    stack,
    'query ($id: ID!) { app(id: $id) { recentUsage { calls } } }',
    { id: appId },
  );
  expect(app.recentUsage.calls).toBeGreaterThanOrEqual(CALLS);
  await at('app.usage').getByText(`In 30 days: ${app.recentUsage.calls} calls`).waitFor();
  await page.goto('/');
  await at('home.today')
    .getByText(/\d+ runs? today/)
    .waitFor();
}, 90_000);

it('says within five seconds that a run recovers from a lost worker, and shows the second execution with its cause', async () => {
  const runId = await askAndHold();
  const killed = Date.now();
  await stack.worker.kill();
  await panelIs('recovering').waitFor({ timeout: RECOVERING_WITHIN_MS });
  await stands('call2', 'recovering');
  expect(Date.now() - killed).toBeLessThan(RECOVERING_WITHIN_MS);
  await stack.worker.start();
  await stack.model.waitForHeld(1, 30_000);
  await stack.model.resume();
  await stack.model.release();
  await expectWhole(runId);
  const { byKey } = await stack.model.counts();
  const calls: Record<string, number> = Object.fromEntries(
    Object.entries(byKey).map(([key, count]) => [key.split('/').at(-1), count]),
  );
  expect(calls).toEqual({ call1: 1, call2: 2, call3: 1 });
  await at('panel.open').click();
  await at('run.view.steps').click();
  for (const [key, count] of Object.entries(calls)) {
    await page.locator(`[data-step-key=${key}] button`).click();
    await page.getByRole('heading', { name: key }).waitFor();
    await at('step.execution')
      .nth(count - 1)
      .waitFor();
    expect(await at('step.execution').count()).toBe(count);
    expect(await at('step.execution').getByText('its worker was lost').count()).toBe(count - 1);
  }
  // nobody knows what the server behind this address charges
  expect(await at('run.cost').textContent()).toContain('The cost is not known');
}, 120_000);

/** A run without the outcomes of attempts, which a stopped worker records a moment later. */
async function toldOf(runId: string) {
  const { steps, ...run } = await readRun(stack, runId);
  return { ...run, steps: steps.map(({ attempts, ...step }) => ({ ...step, attempts: attempts.length })) };
}

it('stops a run in the middle of an answer within two seconds wherever it is shown, and no more of it comes', async () => {
  const words = Array.from({ length: 3_000 }, (_, index) => `word${index} `);
  await stack.model.setRules([
    { when: { user: 'part call2' }, reply: { text: words, betweenMs: 10 } },
    { reply: { text: textOf(1) } },
  ]);
  await send(appId);
  await at('panel.answer').getByText('word5 ').waitFor();
  const runId = runOfPage();
  const [runPage, runs] = await Promise.all([person.context.newPage(), person.context.newPage()]);
  await Promise.all([runPage.goto(`/apps/${appId}/runs/${runId}`), runs.goto('/runs')]);
  await runPage.getByTestId('run.answer').getByText('word20 ').waitFor();
  const row = runs.locator(`[data-run-id="${runId}"]`);
  await row.locator('[data-state=running]').waitFor();
  const inPage = runPage.getByTestId('run.state');

  await at('panel.stop').focus();
  const asked = Date.now();
  await page.keyboard.press('Enter');
  const timeout = STOPPED_WITHIN_MS;
  await Promise.all([
    panelIs('stopped').waitFor({ timeout }),
    inPage.and(runPage.locator('[data-state=stopped]')).waitFor({ timeout }),
    row.locator('[data-state=stopped]').waitFor({ timeout }),
  ]);
  expect(Date.now() - asked).toBeLessThan(STOPPED_WITHIN_MS);
  const said = await answer();
  expect(said).toContain(`${textOf(1)}word0 word1`);
  await stack.model.waitForAborted(1, STOPPED_WITHIN_MS);
  const stored = await toldOf(runId);
  expect(stored.status).toBe('STOPPED');
  // what was said stays as it was, here and for whoever comes later
  expect(await answer()).toBe(said);
  for (const one of [page, runPage]) await one.reload();
  for (const shown of [at('panel.answer'), runPage.getByTestId('run.answer')]) {
    await shown.getByText('word20 ').waitFor();
    expect((await shown.textContent())?.trim()).toBe(said);
  }
  expect(await toldOf(runId)).toEqual(stored);
  const { byKey } = await stack.model.counts();
  expect(Object.keys(byKey).some((key) => key.endsWith('/call3'))).toBe(false);
}, 60_000);

/** Whether the end of the talk is in view, though not all of it has room. */
const AT_END = `(() => {
  const { scrollHeight, clientHeight, scrollTop } = document.querySelector('[data-testid="panel.talk"]');
  return scrollHeight > 2 * clientHeight && scrollHeight - clientHeight - scrollTop < 2;
})()`;

it('follows an answer while it is read at its end, and says what a run uses while it goes on', async () => {
  const lines = Array.from({ length: 120 }, (_, index) => `line ${index}\n\n`);
  const usage = { promptTokens: 214, completionTokens: 31 };
  await stack.model.setRules([
    { when: { user: 'part call3' }, reply: { text: lines, betweenMs: 5, holdAfter: 90, usage } },
    { reply: { text: ['begin '], usage } },
  ]);
  await send(appId);
  await stack.model.waitForHeld(1, 30_000);
  await at('panel.answer').getByText('line 89', { exact: true }).waitFor();
  await page.waitForFunction(AT_END);
  await at('panel.tokens').getByText('490 tokens').waitFor();
  expect(await at('panel.cost').textContent()).toContain('cost unknown');
  const before = await at('panel.duration').textContent();
  await at('panel.duration')
    .filter({ hasNotText: before ?? '' })
    .waitFor();

  await at('panel.talk').evaluate((talk) => (talk.scrollTop = 100));
  await at('panel.newest').waitFor();
  await stack.model.release();
  await panelIs('succeeded').waitFor({ timeout: 30_000 });
  await at('panel.tokens').getByText('735 tokens').waitFor();
  expect(await at('panel.talk').evaluate((talk) => talk.scrollTop)).toBe(100);
  await at('panel.newest').press('Enter');
  await page.waitForFunction(AT_END);
  await at('panel.newest').waitFor({ state: 'detached' });
  await page.locator('[data-testid="panel.talk"]:focus').waitFor();
}, 90_000);
