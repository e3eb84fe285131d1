import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { publishApp } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What a person learns who does not see the page, by what a screen reader is given of it. */

const CALLS = 3;
const BRANCHING = `
version: 0.3.0
kind: app
app: {name: Branching, mode: advanced-chat}
workflow:
  graph:
    edges:
      - {source: start, sourceHandle: source, target: asks, targetHandle: target}
      - {source: asks, sourceHandle: 'true', target: long, targetHandle: target}
      - {source: asks, sourceHandle: 'false', target: short, targetHandle: target}
    nodes:
      - {id: start, type: custom, position: {x: 0, y: 0}, data: {type: start, title: Start, variables: []}}
      - id: asks
        type: custom
        position: {x: 300, y: 0}
        data:
          type: if-else
          title: Long?
          cases:
            - case_id: 'true'
              logical_operator: and
              conditions: [{id: c, variable_selector: [sys, query], comparison_operator: contains, value: long, varType: string}]
      - {id: short, type: custom, position: {x: 600, y: 0}, data: {type: answer, title: Short answer, answer: Yes.}}
      - {id: long, type: custom, position: {x: 600, y: 200}, data: {type: answer, title: Long answer, answer: Yes indeed.}}
`;

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
    { when: { user: 'part call2' }, reply: { text: ['**second** ', 'half '], holdAfter: 1 } },
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
  await page.locator('[data-node-id=answer] [data-state=succeeded]').waitFor();
  await page.waitForLoadState('networkidle');
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

/** What a screen reader is given of an element. */
async function read(
  selector: string,
): Promise<{ readonly role: string; readonly name: string; readonly description: string }> {
  const reader = await person.context.newCDPSession(page);
  const { result } = await reader.send('Runtime.evaluate', {
    expression: `document.querySelector(${JSON.stringify(selector)})`,
  });
  const { nodes } = await reader.send('Accessibility.getPartialAXTree', {
    objectId: result.objectId ?? '',
    fetchRelatives: false,
  });
  await reader.detach();
  const [node] = nodes;
  const said = (part: 'role' | 'name' | 'description') => String(node?.[part]?.value ?? '');
  return { role: said('role'), name: said('name'), description: said('description') };
}

it('a graph says what it is and how to go about in it, a node what it is and leads to, and a way where it leads', async () => {
  const branching = await publishApp(stack, BRANCHING);
  await person.signIn(`/apps/${branching}/graph`);
  await page.locator('.drawn [data-node-id=start]').waitFor();
  expect(await read('[role=application]')).toEqual({
    role: 'application',
    name: 'Graph of Branching, 4 nodes',
    description: expect.stringContaining('E along the ways') as string,
  });
  expect(await read('[data-node-id=asks]')).toEqual({
    role: 'button',
    name: 'Long?, IF / ELSE · query contains long',
    description: expect.stringMatching(/from Start; to Long answer, Short answer$/) as string,
  });
  await page.locator('[data-node-id=asks]').focus();
  await page.keyboard.press('e');
  await hears('Way 1 of 2, IF: to Long answer');
  await page.keyboard.press('e');
  await hears('Way 2 of 2, ELSE: to Short answer');
  await page.keyboard.press('ArrowRight');
  await page.locator('[data-node-id=short]:focus').waitFor();
  await page.keyboard.press('e');
  await hears('Nothing follows');
}, 60_000);

it('from the graph one skips to its outline: a tree in the order of a run, with the keys of a tree', async () => {
  await person.signIn(`/apps/${appId}/graph`);
  await at('graph.skip').focus();
  await page.keyboard.press('Enter');
  await page.locator('[data-outline-id=start]:focus').waitFor();
  expect(await page.getByRole('tree', { name: 'Outline' }).ariaSnapshot()).toBe(
    [
      'Start, User input',
      'call1, LLM · scripted',
      'call2, LLM · scripted',
      'call3, LLM · scripted',
      'Answer, Answer · call1.textcall2.textcall3.text',
    ].reduce((tree, name) => `${tree}\n  - treeitem "${name}" [level=1]: ${name.split(',')[0]}`, '- tree "Outline":'),
  );
  for (const [key, id] of [
    ['ArrowDown', 'call1'],
    ['End', 'answer'],
    ['ArrowUp', 'call3'],
    ['Home', 'start'],
  ] as const) {
    await page.keyboard.press(key);
    await page.locator(`[data-outline-id=${id}]:focus`).waitFor();
  }
  await page.keyboard.press('Enter');
  await page.locator('[data-outline-id=start][aria-selected=true]').waitFor();
  await page.locator('[data-node-id=start][aria-pressed=true]').waitFor();
  await at('outline.find').fill('llm');
  await hears('3 results');
}, 60_000);
