import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, startRun } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What pages show while all is not as one would wish: old content, no stream, another draft, little room; and their keys. */

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let appId: string;
let runId: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  await stack.model.setRules([{ reply: { text: ['well'] } }]);
  appId = await publishApp(stack, chainOfCalls(2));
  for (const query of ['first', 'second']) await follow(stack, await startRun(stack, { appId, query }));
  runId = await startRun(stack, { appId, useDraft: true, query: 'third' });
  await follow(stack, runId);
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
}, 60_000);
beforeEach(async () => {
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);

/** From now on the API refuses what has this name. */
async function refuse(operation: string): Promise<void> {
  await page.route('**/graphql', async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName?: string };
    if (operationName !== operation) return route.fallback();
    const extensions = { reason: 'page.odd', code: 'INVALID', requestId: 'r-1' };
    await route.fulfill({ json: { data: null, errors: [{ message: 'It does not add up.', extensions }] } });
  });
}

it.each<[string, string, string]>([
  ['a list', '/runs', 'Runs'],
  ['a page', '/setup', 'FirstSteps'],
])(
  'keeps what is there and says that it is old when %s cannot be read anew',
  async (_what, path, operation) => {
    await person.signIn(path);
    const shown = path === '/runs' ? page.locator(`[data-run-id="${runId}"]`) : at('setup.finished');
    await shown.waitFor();
    await refuse(operation);
    await at('stale').getByText('It does not add up.').first().waitFor();
    await shown.waitFor();
    await page.unroute('**/graphql');
    await at('stale').first().waitFor({ state: 'detached' });
    expect(person.seen).toEqual([]);
  },
  60_000,
);

it('says of a region what could not be read, for whoever helps, and reads it on wish', async () => {
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await person.signIn('/');
  await refuse('RunPage');
  await page.goto(`/apps/${appId}/runs/${runId}`);
  const card = page.getByRole('alert').filter({ hasText: 'It does not add up.' });
  await card.getByRole('button', { name: 'Copy details' }).click();
  const copied = await page.evaluate('navigator.clipboard.readText()');
  expect(copied).toMatch(/^page\.odd\nIt does not add up\.\nrequest r-1\n\d{4}-\d\d-\d\dT/);
  await page.unroute('**/graphql');
  await card.getByRole('button', { name: 'Retry' }).click();
  await at('run.state').waitFor();
}, 60_000);

it('reads a run again and again where nothing lets its stream through', async () => {
  await page.routeWebSocket('**/graphql', (socket) => void socket.close());
  await stack.model.setRules([
    { when: { user: 'part call2' }, reply: { text: ['well'], holdAfter: 0 } },
    { reply: { text: ['well'] } },
  ]);
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await stack.model.waitForHeld(1, 30_000);
  await page.getByText('Reconnecting…').waitFor({ timeout: 20_000 });
  await page.locator('[data-node-id=call1] [data-state=succeeded]').waitFor({ timeout: 20_000 });
  await stack.model.release();
  await page.locator('[data-node-id=answer] [data-state=succeeded]').waitFor({ timeout: 20_000 });
  await at('panel.answer').getByText('wellwell').waitFor();
  await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
}, 120_000);

it('leads through lists by keys', async () => {
  await person.signIn('/runs');
  const rows = page.locator('[data-run-id]');
  await rows.first().waitFor();
  await page.keyboard.press('/');
  await page.locator('input[type=search]:focus').waitFor();
  await rows.first().getByRole('link').focus();
  await page.keyboard.press('j');
  await page.locator('[data-row="1"] a:focus').waitFor();
  await page.keyboard.press('k');
  await page.locator('[data-row="0"] a:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/apps/*/runs/*');
  await at('run.view.steps').click();
  await page.locator('[data-step-key=call1] button').click();
  await page.waitForURL('**step=call1');
  await page.keyboard.press('Escape');
  await page.waitForURL((url) => !url.search.includes('step='));
  expect(person.seen).toEqual([]);
}, 60_000);

it('reads on a narrow screen as a list, and says that a wider one is better to edit on', async () => {
  await page.setViewportSize({ width: 600, height: 900 });
  await person.signIn(`/apps/${appId}/graph`);
  await page.locator('[data-outline-id=call1]').waitFor();
  await at('graph.narrow').getByRole('button').click();
  await at('graph.narrow').waitFor({ state: 'detached' });
  await at('graph.outline').click();
  await page.locator('[data-outline-id=call1]').waitFor({ state: 'detached' });
  expect(person.seen).toEqual([]);
}, 60_000);

it('says that the draft has changed since a run of it', async () => {
  await person.signIn(`/apps/${appId}/runs/${runId}`);
  await page.locator('[data-node-id=call1]').waitFor();
  expect(await at('run.draftChanged').count()).toBe(0);
  const { app } = await ask<{ app: { draft: { revision: number; definition: Definition } } }>(
    stack,
    'query ($id: ID!) { app(id: $id) { draft { revision definition } } }',
    { id: appId },
  );
  const { definition, revision } = app.draft;
  for (const { data } of definition.workflow.graph.nodes) if (data.title === 'call1') data.title = 'First call';
  await ask(stack, 'mutation ($input: SaveDraftInput!) { saveDraft(input: $input) { errors { code } } }', {
    input: { appId, revision, definition },
  });
  await page.reload();
  await at('run.draftChanged').getByRole('link').click();
  await page.waitForURL(`**/apps/${appId}/graph`);
  await at('app.standing').getByText('draft changed').waitFor();
  expect(person.seen).toEqual([]);
}, 60_000);

interface Definition {
  readonly workflow: { readonly graph: { readonly nodes: { readonly data: { title: string } }[] } };
}
