import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, readRun, startRun } from './client.js';
import { openNetwork, type Network } from './network.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* However bad the network between a person and the product is: it is said, nothing is lost, and nothing is done twice. */

const CALLS = 3;
const PIECES = ['one ', 'two ', 'three '];
const WHOLE = PIECES.join('').repeat(CALLS);
/** What a browser says of requests that came to nothing. */
const NOISE = /Failed to load resource|WebSocket connection/;

let network: Network;
let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let appId: string;

beforeAll(async () => {
  [stack, browser, network] = await Promise.all([startStack(), startBrowser(), openNetwork()]);
  network.leadTo(Number(new URL(stack.url).port));
  appId = await publishApp(stack, chainOfCalls(CALLS));
}, 400_000);
afterAll(async () => {
  await browser.close();
  await network.close();
  await stack.close();
}, 60_000);
beforeEach(async () => {
  network.mend();
  await stack.model.resetCalls();
  person = await Person.open(browser, network.url);
  ({ page } = person);
});
afterEach(async () => {
  const seen = person.seen.filter((line) => !NOISE.test(line));
  await person.close();
  expect(seen).toEqual([]);
});

const at = (testId: string) => person.at(testId);
const isAway = () => at('away').getByText('does not answer').waitFor({ timeout: 20_000 });
const succeeded = () => at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 60_000 });

/** Every call answers in pieces; the second holds after its first, when that is asked for. */
const script = (isHeld: boolean) =>
  stack.model.setRules([
    { when: { user: 'part call2' }, reply: { text: PIECES, ...(isHeld && { holdAfter: 1 }) } },
    { reply: { text: PIECES } },
  ]);

/** Opens the app and asks; the answer is in the middle of its second call then. */
async function askAndHold(): Promise<string> {
  await script(true);
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await stack.model.waitForHeld(1, 30_000);
  await at('panel.answer').getByText('one two three one').waitFor();
  return new URL(page.url()).searchParams.get('run') ?? '';
}

/** What is shown is what the server has, and no call was made twice. */
async function expectWhole(runId: string): Promise<void> {
  await succeeded();
  expect(await readRun(stack, runId)).toMatchObject({ status: 'SUCCEEDED', answer: WHOLE });
  expect((await at('panel.answer').textContent())?.trim()).toBe(WHOLE.trim());
  await page.locator('[data-node-id=answer] [data-state=succeeded]').waitFor();
  const boxes = page.locator('[data-node-id] [data-state=succeeded]');
  expect(await boxes.count()).toBe(CALLS + 2);
  const { byKey } = await stack.model.counts();
  expect(Object.values(byKey)).toEqual(Array.from({ length: CALLS }, () => 1));
}

/** The questions of all runs of the app. */
async function questions(): Promise<string[]> {
  const { runs } = await ask<{ runs: { edges: { node: { query: string } }[] } }>(
    stack,
    'query ($filter: RunFilter) { runs(first: 100, filter: $filter) { edges { node { query } } } }',
    { filter: { appId } },
  );
  return runs.edges.map(({ node }) => node.query);
}

it('says why a page could not be opened, and opens it when that is over', async () => {
  const refusal = { code: 'api.tooLarge', message: 'The request is too large for somebody on the way.' };
  await page.route('**/graphql', (route) => route.fulfill({ status: 413, json: refusal }));
  await page.goto('/runs');
  expect(await at('broken').textContent()).toContain(refusal.message);
  await page.unroute('**/graphql');
  await at('broken').getByRole('button', { name: 'Retry' }).click();
  await at('signIn.submit').waitFor();
});

it('N1 shows all of a run that went on while the network was cut, once', async () => {
  const runId = await askAndHold();
  network.cut();
  await isAway();
  await page.getByText('Reconnecting…').waitFor();
  await stack.model.release();
  await follow(stack, runId);
  expect(await at('panel.answer').textContent()).not.toContain(WHOLE.trim());
  network.mend();
  await expectWhole(runId);
  await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
}, 90_000);

it('N1 finds out that a network is silent, and shows all of the run when it is not', async () => {
  const runId = await askAndHold();
  network.silence('everything');
  await isAway();
  await page.getByText('Reconnecting…').waitFor({ timeout: 20_000 });
  await stack.model.release();
  await follow(stack, runId);
  network.mend();
  await expectWhole(runId);
}, 120_000);

it('starts a run for which was asked while the network was cut when it is back, once', async () => {
  await script(false);
  await person.signIn(`/apps/${appId}/graph`);
  network.cut();
  await at('panel.message').fill('while it was cut');
  await page.keyboard.press('Enter');
  await at('panel.sending').getByText('as soon as it does').waitFor();
  expect(await at('panel.message').inputValue()).toBe('while it was cut');
  network.mend();
  await succeeded();
  expect(await at('panel.message').inputValue()).toBe('');
  expect((await questions()).filter((query) => query === 'while it was cut')).toHaveLength(1);
}, 90_000);

it('A1 shows the run that was begun when only the answer was lost, and begins no other', async () => {
  await script(false);
  await person.signIn(`/apps/${appId}/graph`);
  network.silence('answers');
  await at('panel.message').fill('half way');
  await page.keyboard.press('Enter');
  while (!(await questions()).includes('half way'));
  network.cut();
  await at('panel.sending').getByText('as soon as it does').waitFor();
  // who does not wait and loads the page anew asks for the same run
  await at('panel.leave').click();
  network.mend();
  await page.reload();
  await page.locator('[data-testid="panel.send"]:enabled').waitFor();
  expect(await at('panel.message').inputValue()).toBe('half way');
  await at('panel.send').click();
  await succeeded();
  expect((await questions()).filter((query) => query === 'half way')).toHaveLength(1);
}, 90_000);

it('leaves what a page shows while the network is cut, and adds what came meanwhile', async () => {
  await stack.model.setRules([{ reply: { text: ['well'] } }]);
  await follow(stack, await startRun(stack, { appId, query: 'before the cut' }));
  await person.signIn('/runs');
  await page.getByText('before the cut').first().waitFor();
  network.cut();
  await isAway();
  expect(await page.getByText('before the cut').count()).toBeGreaterThan(0);
  await follow(stack, await startRun(stack, { appId, query: 'behind the cut' }));
  network.mend();
  await page.getByText('behind the cut').first().waitFor();
}, 60_000);

it('says that a page is on its way, and that it takes long', async () => {
  await person.signIn('/');
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/graphql', async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName: string };
    if (operationName === 'FoundServers' || operationName === 'Models') await held;
    await route.continue();
  });
  await at('nav./models').click();
  await at('long').waitFor({ timeout: 20_000 });
  expect(await at('away').getByText('does not answer').count()).toBe(0);
  letGo();
  await page.getByRole('heading', { name: 'openai' }).waitFor();
}, 60_000);

it('answers over a slow network as over a fast one', async () => {
  await script(false);
  await person.signIn('/');
  const devTools = await person.context.newCDPSession(page);
  await devTools.send('Network.enable');
  await devTools.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 500, downloadThroughput: 60_000, uploadThroughput: 20_000 },
  });
  await at('apps.card.Chain').first().click();
  await at('coming').waitFor({ state: 'attached' });
  await at('panel.message').waitFor({ timeout: 60_000 });
  await at('panel.message').fill('slowly');
  await page.locator('[data-testid="panel.send"]:enabled').click();
  await succeeded();
  await expectWhole(new URL(page.url()).searchParams.get('run') ?? '');
}, 150_000);
