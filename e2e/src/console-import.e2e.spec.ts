import { buildZip } from '@tenon/platform/testing';
import axe from 'axe-core';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { ask, follow, readRun, startRun } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* What people bring from elsewhere: looked into, told of and shown before anything of it is stored. */

/** The one address of this computer that may be fetched from. */
const OPEN = '127.0.0.2';
const ANSWER = 'all is well';

let stack: Stack;
let browser: Browser;
let person: Person;
let page: Page;
let server: Server;
let give: (response: ServerResponse) => void;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ TENON_OUTBOUND_ALLOW: `${OPEN}/32` }), startBrowser()]);
  server = createServer((_request, response) => give(response)).listen(0, '0.0.0.0');
  await once(server, 'listening');
  await ask(stack, 'mutation ($input: SaveProviderInput!) { saveProvider(input: $input) { errors { code } } }', {
    input: { name: 'house', baseUrl: stack.model.baseUrl, models: ['house-large', 'house-small'] },
  });
}, 400_000);
afterAll(async () => {
  server.close();
  await browser.close();
  await stack.close();
});
beforeEach(async () => {
  await stack.model.resetCalls();
  await stack.model.setRules([{ reply: { text: ANSWER } }]);
  person = await Person.open(browser, stack.url);
  ({ page } = person);
  await person.signIn('/apps/import');
});
afterEach(async () => {
  expect(person.seen).toEqual([]);
  await person.close();
});

const at = (testId: string) => person.at(testId);
const addressAt = (host: string) => `http://${host}:${(server.address() as AddressInfo).port}/flows/fetched.yml`;
/** An app that asks models which this team does not have. */
const foreign = (name: string, calls = 1) =>
  chainOfCalls(calls)
    .replace('name: Chain', `name: ${name}`)
    .replaceAll('provider: openai, name: scripted', 'provider: langgenius/tongyi/tongyi, name: qwen-max');

const choose = (name: string, buffer: Buffer | string) =>
  at('import.file').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(buffer) });

async function appNames(): Promise<string[]> {
  const { apps } = await ask<{ apps: { edges: { node: { name: string } }[] } }>(
    stack,
    '{ apps(first: 100) { edges { node { name } } } }',
  );
  return apps.edges.map(({ node }) => node.name);
}

it('brings a file: its report, another model for the one that is missing, its graph, and then an app that answers', async () => {
  const before = await appNames();
  await choose('foreign.yml', foreign('From elsewhere', 2));
  const report = at('import.report');
  await at('import.format').getByText('version 0.3.0 · Chatflow').waitFor();
  await report.getByRole('row', { name: /Needs your input.*call1.*tongyi\/qwen-max.*2 nodes.*step Models/ }).waitFor();
  await report.getByRole('row', { name: /Adapted.*version.*Version 0.3.0.*Lifted to version 0.7.0/ }).waitFor();
  await report.getByRole('row', { name: /Imported.*2 nodes.*as they are/ }).waitFor();

  await at('import.next').click();
  await at('import.model.tongyi/qwen-max').selectOption('house/house-large');
  await at('import.next').click();
  await at('import.preview').locator('[data-node-id=call1]').getByText('house-large').waitFor();
  await at('import.name').fill('Brought here');
  expect(await appNames()).toEqual(before);

  await at('import.create').click();
  await page.waitForURL('**/apps/*/graph');
  expect(await appNames()).toEqual(['Brought here', ...before]);
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 60_000 });
  expect((await at('panel.answer').textContent())?.trim()).toBe(ANSWER.repeat(2));
  const asked = (await stack.model.calls()).map(({ body }) => body['model']);
  expect(asked).toEqual(['house-large', 'house-large']);
}, 120_000);

it('lets a model be chosen later: the run then says which one is missing', async () => {
  await choose('foreign.yml', foreign('Not chosen'));
  await at('import.next').click();
  await page.getByText('a run stops there and names the missing model').waitFor();
  await at('import.next').click();
  await at('import.create').click();
  await page.waitForURL('**/apps/*/graph');
  const appId = new URL(page.url()).pathname.split('/')[2] ?? '';
  const runId = await startRun(stack, { appId, useDraft: true, query: 'go' });
  await follow(stack, runId);
  const { failure } = await readRun(stack, runId);
  expect(failure?.message).toContain('No provider tongyi is configured for the model qwen-max');
}, 120_000);

it('uses one model for all that are missing', async () => {
  const second = foreign('Two', 2).replace('qwen-max', 'qwen-plus');
  await choose('two.yml', second);
  await at('import.next').click();
  await at('import.forAll').selectOption('house/house-small');
  for (const name of ['qwen-plus', 'qwen-max'])
    expect(await at(`import.model.tongyi/${name}`).inputValue()).toBe('house/house-small');
}, 60_000);

it('brings several apps of a zip: one that is bad spoils none', async () => {
  const before = await appNames();
  const zip = buildZip([
    { name: 'flows/one.yml', data: foreign('Zipped one') },
    { name: '../../bad.yml', data: 'app:\n  name: [A\nworkflow: }\n' },
    { name: 'three.yml', data: chainOfCalls(1).replace('name: Chain', 'name: Zipped three') },
    { name: 'readme.md', data: '# Flows' },
  ]);
  await choose('flows.zip', zip);
  const files = at('import.files');
  await files.locator('[data-standing=ready]').nth(1).waitFor();
  await page.getByText('1 other file in the zip is no app file').waitFor();
  expect(await files.locator('li').allInnerTexts()).toEqual([
    'one.yml\nReady',
    'bad.yml\nCannot be taken in',
    'three.yml\nReady',
  ]);

  await at('import.file.bad.yml').click();
  await at('import.report')
    .getByRole('row', { name: /Line 3.*column 11/ })
    .waitFor();
  expect(await at('import.create').or(at('import.next')).count()).toBe(0);
  await at('import.file.three.yml').click();
  await at('import.report').getByRole('heading', { name: 'Zipped three' }).waitFor();
  await at('import.next').click();
  await at('import.create').click();
  await files.locator('[data-standing=made]').waitFor();
  expect(await appNames()).toEqual(['Zipped three', ...before]);
  await at('import.file.one.yml').click();
  await at('import.next').click();
  await at('import.next').click();
  await at('import.create').click();
  await files.locator('[data-standing=made]').nth(1).waitFor();
  expect(await appNames()).toEqual(['Zipped one', 'Zipped three', ...before]);
}, 120_000);

it('fetches from an address, and says why where that comes to nothing', async () => {
  const fetch = async (address: string) => {
    await at('import.address').fill(address);
    await at('import.fetch').click();
  };
  await fetch(addressAt('127.0.0.1'));
  await at('import.problem').getByText('127.0.0.1').waitFor();
  give = (response) => response.end('<!doctype html><title>Not here</title>');
  await fetch(addressAt(OPEN));
  await at('import.problem').getByText('is a web page, no app file').waitFor();
  give = (response) => response.writeHead(404).end('none');
  await fetch(addressAt(OPEN));
  await at('import.problem').getByText('answers with status 404').waitFor();
  give = (response) => response.end(chainOfCalls(1).replace('name: Chain', 'name: Fetched'));
  await fetch(addressAt(OPEN));
  await at('import.report').getByRole('heading', { name: 'Fetched' }).waitFor();
  await at('import.next').click();
  await at('import.create').click();
  await page.waitForURL('**/apps/*/graph');
  expect(await appNames()).toContain('Fetched');
}, 120_000);

it('B54 refuses what is hostile in a sentence, and stores nothing of it', async () => {
  const before = await appNames();
  const bomb = buildZip(
    Array.from({ length: 3 }, (_, n) => ({ name: `${n}.yml`, data: Buffer.alloc(5_000_000, 'a') })),
  );
  for (const [name, content, said] of [
    ['large.yml', Buffer.alloc(5_100_001, 'a'), 'The file has 5.1MB; at most 5MB are taken'],
    ['bomb.zip', bomb, 'larger than 10 MB'],
    ['broken.zip', Buffer.from('PK\u0003\u0004 and no more'), 'damaged'],
    ['empty.zip', buildZip([{ name: 'inner.txt', data: 'x' }]), 'holds no app file'],
  ] as const) {
    await choose(name, content);
    await at('import.problem').getByText(said).waitFor();
  }
  await choose('nested.zip', buildZip([{ name: 'inner.zip', data: buildZip([{ name: 'a.yml', data: 'x' }]) }]));
  await at('import.report').getByText('a zip within the zip').waitFor();
  await at('import.step.file').click();
  await choose(
    'hostile.yml',
    foreign('<img src=x onerror=alert(1)>').replace('type: llm', 'type: "<script>alert(2)</script>"'),
  );
  await at('import.report').getByText('<img src=x onerror=alert(1)>').waitFor();
  await at('import.report')
    .getByRole('row', { name: /Not supported.*placeholder/ })
    .waitFor();
  await at('import.step.preview').click();
  await at('import.preview').locator('[data-node-id=call1]').waitFor();
  expect(await appNames()).toEqual(before);
}, 120_000);

it('keeps the rules of accessibility in each step, light and dark, also with a zip, and fits a phone', async () => {
  await choose(
    'two.zip',
    buildZip([
      { name: 'a.yml', data: foreign('Accessible') },
      { name: 'b.yml', data: 'x' },
    ]),
  );
  await at('import.format').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const step of ['file', 'report', 'models', 'preview']) {
      await at(`import.step.${step}`).click();
      await page.locator(`[data-testid="import.step.${step}"][aria-current]`).waitFor();
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => ({ id, places: nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3) }));
      expect({ step, colorScheme, serious }).toEqual({ step, colorScheme, serious: [] });
    }
  }
  await page.setViewportSize({ width: 320, height: 700 });
  for (const step of ['file', 'report', 'models', 'preview']) {
    await at(`import.step.${step}`).click();
    await page.locator(`[data-testid="import.step.${step}"][aria-current]`).waitFor();
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect({ step, overflow }).toEqual({ step, overflow: 0 });
  }
}, 120_000);
