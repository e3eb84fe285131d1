import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, publishApp, readRun } from './client.js';
import { consolePages, type ConsolePage } from './pages.js';
import { PASSWORD, Person } from './person.js';
import { startStack, type Stack } from './stack.js';
import { TEXT_KEYS } from './text-keys.js';

/* What a person sees in the browser is what happens, also while processes die and pages are loaded anew. */

const CALLS = 3;
const textOf = (index: number) => `[${index}] one two three `;
const WHOLE = Array.from({ length: CALLS }, (_, index) => textOf(index + 1)).join('');

/** What of a page would be wrong whatever it shows, found in the page itself. */
const LOOK = `({
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  keys: document.body.innerText.match(/\\b[a-zA-Z]+(?:\\.[\\w-]+)+/g)?.filter((word) => ${JSON.stringify(TEXT_KEYS)}.includes(word)) ?? [],
  language: document.documentElement.lang,
})`;

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let seen: readonly string[];
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
  ({ page, seen } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);
/** Waits until the box of a node shows a state. */
const stands = (id: string, state: string) =>
  page.locator(`[data-node-id="${id}"] [data-state="${state}"]`).waitFor({ timeout: 10_000 });

/** Each call answers in pieces; the one in the middle holds after its second until it is let go. */
async function script(): Promise<void> {
  await stack.model.setRules(
    Array.from({ length: CALLS }, (_, index) => ({
      when: { user: `part call${index + 1}` },
      reply: {
        text: textOf(index + 1).split(/(?<= )/),
        betweenMs: 20,
        ...(index + 1 === 2 && { holdAfter: 2 }),
      },
    })),
  );
}

/** Asks in the panel, and waits until the second call is in the middle of its answer. */
async function askAndHold(): Promise<string> {
  await script();
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await stack.model.waitForHeld(1, 30_000);
  await at('panel.answer')
    .getByText(`${textOf(1)}[2] one`)
    .waitFor();
  return new URL(page.url()).searchParams.get('run') ?? '';
}

const answer = async () => (await at('panel.answer').textContent())?.trim();

async function expectWhole(runId: string): Promise<void> {
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 60_000 });
  const run = await readRun(stack, runId);
  expect(run).toMatchObject({ status: 'SUCCEEDED', answer: WHOLE });
  expect(await answer()).toBe(WHOLE.trim());
}

it('lets nobody in with a wrong password, and a member to where they wanted to be', async () => {
  await page.goto('/runs?state=failed');
  await person.trySignIn('wrong');
  await at('signIn.problem').filter({ hasText: /./ }).waitFor();
  expect(await at('signIn.password').inputValue()).toBe('');
  await at('signIn.password').fill(PASSWORD);
  await at('signIn.submit').click();
  await page.waitForURL('**/runs?state=failed');
  expect(seen).toEqual([]);
}, 60_000);

it('shows the states of a run on the graph, and the same run after the page was loaded anew in its middle', async () => {
  const runId = await askAndHold();
  await stands('call1', 'succeeded');
  await stands('call2', 'running');
  await stands('call3', 'notReached');
  await page.reload();
  await at('panel.answer')
    .getByText(`${textOf(1)}[2] one`)
    .waitFor();
  await stack.model.release();
  await expectWhole(runId);
  await stands('call3', 'succeeded');
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
  expect(seen).toEqual([]);
}, 90_000);

it('shows of each of twelve nodes what the record says of its step, whenever one is at work', async () => {
  const calls = 10;
  const longId = await publishApp(stack, chainOfCalls(calls), 'Twelve nodes');
  await stack.model.setRules([{ reply: { text: ['one ', 'two '], holdAfter: 1 } }]);
  await person.signIn(`/apps/${longId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  for (let call = 1; call <= calls; call += 1) {
    await stack.model.waitForHeld(1, 30_000);
    await stands(`call${call}`, 'running');
    const runId = new URL(page.url()).searchParams.get('run') ?? '';
    const { steps } = await readRun(stack, runId);
    const recorded = new Map(steps.map(({ key, status }) => [key, status.toLowerCase()]));
    const shown = await page
      .locator('[data-node-id]')
      .evaluateAll((boxes) =>
        boxes.map((box) => [box.dataset['nodeId'], box.querySelector('[data-state]')?.getAttribute('data-state')]),
      );
    expect(shown).toHaveLength(calls + 2);
    for (const [id, state] of shown) expect([id, state]).toEqual([id, recorded.get(id ?? '') ?? 'notReached']);
    await stack.model.release();
  }
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(person.seen).toEqual([]);
}, 90_000);

it('says within five seconds that a run recovers from a lost worker, and shows the second execution with its cause', async () => {
  const runId = await askAndHold();
  await stack.worker.kill();
  await at('panel.state').and(page.locator('[data-state=recovering]')).waitFor({ timeout: 6_000 });
  await stands('call2', 'recovering');
  await stack.worker.start();
  await stack.model.waitForHeld(1, 30_000);
  await stack.model.resume();
  await stack.model.release();
  await expectWhole(runId);
  const { byKey } = await stack.model.counts();
  const calls = Object.fromEntries(Object.entries(byKey).map(([key, count]) => [key.split('/').at(-1), count]));
  expect(calls).toEqual({ call1: 1, call2: 2, call3: 1 });
  await at('panel.open').click();
  await at('run.view.steps').click();
  await page.locator('[data-step-key=call2] button').click();
  await at('step.execution').getByText('its worker was lost').waitFor();
  expect(await at('step.execution').count()).toBe(2);
  // nobody knows what the server behind this address charges
  expect(await at('run.cost').textContent()).toContain('The cost is not known');
  expect(seen).toEqual([]);
}, 120_000);

it('stops a run in the middle of an answer, and keeps what was said', async () => {
  const runId = await askAndHold();
  await at('panel.stop').click();
  await at('panel.state').and(page.locator('[data-state=stopped]')).waitFor({ timeout: 10_000 });
  const said = await answer();
  expect(said).toContain(textOf(1).trim());
  expect((await readRun(stack, runId)).status).toBe('STOPPED');
  expect(await answer()).toBe(said);
  expect(seen).toEqual([]);
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
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
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
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  await at('panel.tokens').getByText('735 tokens').waitFor();
  expect(await at('panel.talk').evaluate((talk) => talk.scrollTop)).toBe(100);
  await at('panel.newest').press('Enter');
  await page.waitForFunction(AT_END);
  await at('panel.newest').waitFor({ state: 'detached' });
  await page.locator('[data-testid="panel.talk"]:focus').waitFor();
  expect(seen).toEqual([]);
}, 90_000);

it('names what is not there, and what a member may see no longer', async () => {
  await person.signIn('/apps');
  await page.goto('/apps/00000000-0000-7000-8000-000000000000/graph');
  await page.getByText('There is no such app').waitFor();
  await page.goto(`/apps/${appId}/runs/00000000-0000-7000-8000-000000000000`);
  await page.getByText('There is no such run').waitFor();
  await page.goto('/no/such/page');
  await page.getByText('There is nothing here').waitFor();
  await person.context.clearCookies();
  await page.goto(`/apps/${appId}/graph`);
  await at('signIn.email').waitFor();
  expect(seen).toEqual([]);
}, 60_000);

it('B50 shows names and answers with scripts as the text that they are', async () => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  const evilId = await publishApp(stack, chainOfCalls(CALLS), evil);
  await stack.model.setRules([{ reply: { text: [evil] } }]);
  await person.signIn(`/apps/${evilId}/graph`);
  await page.getByRole('heading', { name: evil }).waitFor();
  await at('panel.message').fill(evil);
  await at('panel.send').click();
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(await answer()).toContain(evil);
  expect(seen).toEqual([]);
}, 60_000);

/** A page that stands still, as a member or somebody who is not signed in sees it. */
async function visit(everybody: Everybody, { path, isPublic }: ConsolePage): Promise<Page> {
  const visited = isPublic ? everybody.stranger.page : everybody.member.page;
  await visited.goto(path);
  await visited.locator('h1').first().waitFor();
  await visited.waitForLoadState('networkidle');
  return visited;
}

interface Everybody {
  readonly member: Person;
  readonly stranger: Person;
}

/** Calls back with both; what they see is in one language. */
async function asEverybody(language: string, look: (everybody: Everybody) => Promise<void>): Promise<void> {
  const stranger = await Person.open(browser, stack.url, { locale: language });
  await person.signIn('/');
  await page.evaluate((chosen) => localStorage.setItem('tenon.language', chosen), language);
  await look({ member: person, stranger });
  expect([...seen, ...stranger.seen]).toEqual([]);
  await stranger.close();
}

it.each(['en', 'zh-Hans'])(
  'shows every page in %s without a key, and none wider than the window',
  async (language) => {
    const pages = await consolePages(stack, appId);
    await asEverybody(language, async (everybody) => {
      for (const width of [320, 768, 1_280]) {
        for (const { page: one } of Object.values(everybody)) await one.setViewportSize({ width, height: 800 });
        for (const shown of pages) {
          const found = await (await visit(everybody, shown)).evaluate<object>(LOOK);
          const { path } = shown;
          expect({ path, width, ...found }).toEqual({ path, width, overflow: 0, keys: [], language });
        }
      }
    });
  },
  180_000,
);

it.each([
  ['light', 'en'],
  ['dark', 'zh-Hans'],
] as const)(
  'keeps the rules of accessibility on every page, %s, in %s',
  async (colorScheme, language) => {
    const pages = await consolePages(stack, appId);
    await asEverybody(language, async (everybody) => {
      for (const { page: one } of Object.values(everybody))
        await one.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const shown of pages) {
        const visited = await visit(everybody, shown);
        await visited.evaluate(axe.source);
        const { violations } = await visited.evaluate<axe.AxeResults>('axe.run()');
        const serious = violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => ({ id, places: nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3) }));
        expect({ path: shown.path, serious }).toEqual({ path: shown.path, serious: [] });
      }
    });
  },
  120_000,
);
