import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, publishApp, readRun, startRun } from './client.js';
import { PASSWORD, Person } from './person.js';
import { startStack, type Stack } from './stack.js';
import { addStranger } from './stranger.js';

/* What is not, or not any more, for a person to see or to run has a name, and nothing that they wrote is lost over it. */

const NAME = 'Kept to ourselves';
const PIECES = ['one ', 'two ', 'three '];

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let appId: string;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  appId = await publishApp(stack, chainOfCalls(1), NAME);
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  await stack.model.resetCalls();
  await stack.model.setRules([{ reply: { text: PIECES } }]);
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(() => person.close());

const at = (testId: string) => person.at(testId);
const succeeded = () => at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 60_000 });

/** A run of an app that has ended. */
async function endedRun(ofApp: string): Promise<string> {
  const runId = await startRun(stack, { appId: ofApp, query: 'go' });
  await follow(stack, runId);
  return runId;
}

it('keeps what was written when a session has run out in the middle of a page', async () => {
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('written before the end');
  await person.context.clearCookies();
  await at('panel.send').click();
  await at('signIn.email').waitFor();
  await person.trySignIn(PASSWORD);
  await page.waitForURL(`**/apps/${appId}/graph`);
  await page.locator('[data-testid="panel.send"]:enabled').waitFor();
  expect(await at('panel.message').inputValue()).toBe('written before the end');
  await at('panel.send').click();
  await succeeded();
  expect(await page.locator('.query').allTextContents()).toEqual(['written before the end']);
}, 60_000);

it('leads back to the run that goes on when a session was ended in the middle of an answer', async () => {
  await stack.model.setRules([{ reply: { text: PIECES, holdAfter: 1 } }]);
  await person.signIn(`/apps/${appId}/graph`);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await stack.model.waitForHeld(1, 30_000);
  await at('panel.answer').getByText('one').waitFor();
  await ask(stack, 'mutation { endOtherSessions { endedCount } }');
  await at('signIn.email').waitFor();
  await person.trySignIn(PASSWORD);
  await at('panel.answer').getByText('one').waitFor();
  await stack.model.release();
  await succeeded();
  const runId = new URL(page.url()).searchParams.get('run') ?? '';
  expect((await readRun(stack, runId)).answer).toBe(PIECES.join(''));
  expect((await at('panel.answer').textContent())?.trim()).toBe(PIECES.join('').trim());
}, 60_000);

it('B13 says of links of another team no more than that there is no such thing', async () => {
  const runId = await endedRun(appId);
  const value = await addStranger(stack.postgres.url, 'browser');
  await person.context.addCookies([{ name: 'tenon_session', value, url: stack.url }]);
  for (const [path, text] of [
    [`/apps/${appId}/graph`, 'There is no such app'],
    [`/apps/${appId}/graph?run=${runId}`, 'There is no such app'],
    [`/apps/${appId}/runs`, 'There is no such app'],
    [`/apps/${appId}/runs/${runId}`, 'There is no such app'],
    [`/apps/${appId}/runs/${runId}?view=steps&step=call1`, 'There is no such app'],
  ] as const) {
    await page.goto(path);
    await page.getByText(text).waitFor();
    expect(await page.content()).not.toContain(NAME);
  }
  expect(person.seen).toEqual([]);
}, 60_000);

it('says that an app or a run was deleted, also while it is open', async () => {
  const goneId = await publishApp(stack, chainOfCalls(1), 'Soon gone');
  const runId = await endedRun(goneId);
  await person.signIn(`/apps/${goneId}/graph`);
  await at('panel.message').fill('are you there?');
  await ask(stack, 'mutation ($input: AppInput!) { deleteApp(input: $input) { deletedAppId } }', {
    input: { appId: goneId },
  });
  await at('panel.send').click();
  await page.getByRole('alert').getByText('There is no such app').waitFor();
  expect(await at('panel.message').inputValue()).toBe('are you there?');
  await page.reload();
  await page.getByText('There is no such app').waitFor();
  for (const rest of ['runs', `runs/${runId}`]) {
    await page.goto(`/apps/${goneId}/${rest}`);
    await page.getByText('There is no such app').waitFor();
  }
  await page.goto(`/apps/${appId}/graph?run=${runId}`);
  await at('panel.missing').getByText('There is no such run').waitFor();
  await at('panel.anew').click();
  await at('panel.message').fill('go');
  await at('panel.send').click();
  await succeeded();
}, 60_000);

it('draws an app with a node of a type that nobody knows, and runs nothing of it', async () => {
  const { importApp } = await ask<{ importApp: { app: { id: string } } }>(
    stack,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
    { input: { content: chainOfCalls(2).replace('type: llm', 'type: time-machine') } },
  );
  await person.signIn(`/apps/${importApp.app.id}/graph`);
  await page.locator('[data-node-id=call1]').getByText('time-machine').first().waitFor();
  await page.getByRole('alert').getByText('time-machine').first().waitFor();
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  expect(await at('panel.send').isDisabled()).toBe(true);
  const { runs } = await ask<{ runs: { edges: object[] } }>(
    stack,
    'query ($filter: RunFilter) { runs(first: 1, filter: $filter) { edges { cursor } } }',
    { filter: { appId: importApp.app.id } },
  );
  expect(runs.edges).toEqual([]);
  expect((await stack.model.calls()).length).toBe(0);
  expect(person.seen).toEqual([]);
}, 60_000);

it('lets nobody in with a wrong password, and a member to where they wanted to be', async () => {
  await page.goto('/runs?state=failed');
  await person.trySignIn('wrong');
  await at('signIn.problem').filter({ hasText: /./ }).waitFor();
  expect(await at('signIn.password').inputValue()).toBe('');
  await at('signIn.password').fill(PASSWORD);
  await at('signIn.submit').click();
  await page.waitForURL('**/runs?state=failed');
  expect(person.seen).toEqual([]);
}, 60_000);

it('names what is not there, and what a member may see no longer', async () => {
  await person.signIn('/apps');
  await page.goto('/apps/00000000-0000-7000-8000-000000000000/graph');
  await page.getByText('There is no such app').waitFor();
  await page.goto(`/apps/${appId}/runs/00000000-0000-7000-8000-000000000000`);
  await page.getByText('There is no such run').waitFor();
  await page.goto('/no/such/page');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await person.context.clearCookies();
  await page.goto(`/apps/${appId}/graph`);
  await at('signIn.email').waitFor();
  expect(person.seen).toEqual([]);
}, 60_000);

it('B50 shows names and answers with scripts as the text that they are', async () => {
  const evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  const evilId = await publishApp(stack, chainOfCalls(1), evil);
  await stack.model.setRules([{ reply: { text: [evil] } }]);
  await person.signIn(`/apps/${evilId}/graph`);
  await page.getByRole('heading', { name: evil }).waitFor();
  await at('panel.message').fill(evil);
  await at('panel.send').click();
  await succeeded();
  expect(await at('panel.answer').textContent()).toContain(evil);
  expect(person.seen).toEqual([]);
}, 60_000);

it('says that the product answers and can keep nothing while its database is away, and goes on by itself', async () => {
  await person.signIn('/runs');
  await stack.postgres.kill();
  await at('nav./apps').click();
  await at('away').getByText('Tenon answers, but can keep nothing now').waitFor({ timeout: 20_000 });
  await stack.postgres.restart();
  await at('away').getByText('Tenon answers').waitFor({ state: 'detached', timeout: 30_000 });
  await at(`apps.card.${NAME}`).waitFor();
}, 90_000);
