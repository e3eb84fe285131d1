import axe from 'axe-core';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as requestOf, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startBrowser, watchPage } from './browser.js';
import { ask, follow, readRun, startRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/* Somebody who has never seen Tenon comes from nothing to a first answer, in whatever browser, and however often it is closed. */

const SIGN_IN = { email: 'owner@tenon.local', password: 'correct horse battery' };
const ANSWER = 'Press the reset button for ten seconds.';
const PAGE = '<html><head><title>T</title></head><body><h1>Harbour &amp; bay</h1><script>no</script></body></html>';
const INVOICE = {
  ...{ supplier: 'Northwind', number: '2024-118', date: '2024-03-03', currency: 'EUR', total: 86 },
  items: [
    { name: 'notebook', quantity: 10, price: 2.4 },
    { name: 'lamp', quantity: 2, price: 31 },
  ],
};

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let seen: readonly string[];
let site: Server;
let siteUrl: string;
/** What the process of the local model says of itself. */
let local: object = { state: 'absent' };

beforeAll(async () => {
  site = createServer(answer);
  await once(site.listen(0, '127.0.0.1'), 'listening');
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const env = {
    // a team that nobody has given a model
    ...{ OPENAI_BASE_URL: '', OPENAI_API_KEY: '', TENON_OUTBOUND_ALLOW: '127.0.0.0/8' },
    ...{ TENON_LOCAL_MODEL: 'auto', TENON_LOCAL_MODELS_URL: siteUrl },
    TENON_LOCAL_MODELS_TOKEN: randomBytes(16).toString('hex'),
  };
  [stack, browser] = await Promise.all([startStack(env), startBrowser()]);
  await stack.model.setRules([
    { when: { system: 'You sort messages' }, reply: { text: 'technical_question' } },
    { when: { system: 'patient support engineer' }, reply: { text: ANSWER.split(/(?<= )/) } },
    { when: { prompt: 'category_id' }, reply: { json: { category_id: 'complaint', category_name: '', keywords: [] } } },
    { when: { system: 'Read the invoice' }, reply: { json: INVOICE } },
  ]);
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
  site?.close();
});

beforeEach(() => open());
afterEach(() => context.close());

/** A page of the web; under `/pull` and `/v1` the process of the local model, for which the scripted one answers. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/pull') response.setHeader('content-type', 'application/json').end(JSON.stringify(local));
  else if (request.url?.startsWith('/v1/chat/')) {
    const { method, headers } = request;
    const forward = requestOf(`${stack.model.url}${request.url}`, { method, headers }, (reply) =>
      reply.pipe(response.writeHead(reply.statusCode ?? 502, reply.headers)),
    );
    request.pipe(forward);
  } else response.setHeader('content-type', 'text/html').end(PAGE);
}

/** A browser that was never here before. */
async function open(): Promise<void> {
  context = await browser.newContext({ baseURL: stack.url, locale: 'en-US' });
  page = await context.newPage();
  seen = watchPage(page);
}

const at = (testId: string) => page.getByTestId(testId);
const pathname = () => new URL(page.url()).pathname;

/** Signs in where somebody arrives who only knows the address. */
async function arrive(): Promise<void> {
  await page.goto('/');
  await at('signIn.email').fill(SIGN_IN.email);
  await at('signIn.password').fill(SIGN_IN.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== '/signin');
}

/** Gives the address of the scripted model, finds out what it has, and keeps it. */
async function addServer(): Promise<void> {
  await at('setup.way.address').click();
  await at('models.address').fill(stack.model.baseUrl);
  await at('models.key').fill('sk-test');
  await at('models.test').click();
  await at('models.answered').getByText('1 model').waitFor();
  await at('models.save').click();
  await at('setup.answering.model').waitFor();
}

/** As it was before anybody chose a model. */
async function forgetModels(): Promise<void> {
  await ask(stack, 'mutation { deleteProvider(input: { name: "my-server" }) { errors { code } } }');
  await ask(stack, 'mutation { setDefaultModel(input: { standIn: false }) { errors { code } } }');
}

it('comes back to where the team is, after a reload and in another browser', async () => {
  await arrive();
  expect(pathname()).toBe('/setup');
  await at('setup.way.address').click();
  await page.reload();
  await at('models.address').waitFor();
  await at('setup.way.address').click();
  await addServer();
  await context.close();
  await open();
  await arrive();
  expect(pathname()).toBe('/setup');
  await at('setup.answering.use').click();
  await at('templates.use.content-moderation').waitFor();
  await page.reload();
  await at('templates.use.content-moderation').waitFor();
  await at('setup.step.model').click();
  await at('setup.model.ready').waitFor();
  await at('setup.model.on').click();
  await at('templates.use.content-moderation').waitFor();
  await forgetModels();
  await page.goto('/setup');
  await at('setup.way.key').waitFor();
  expect(seen).toEqual([]);
}, 90_000);

it('can be left, and gone on with from Home', async () => {
  await arrive();
  await at('setup.skip').click();
  await page.waitForURL((url) => url.pathname === '/');
  await at('home.first').click();
  await at('setup.way.key').waitFor();
  expect(seen).toEqual([]);
}, 60_000);

it('keeps no key that does not work, says why, and keeps what was filled in', async () => {
  await arrive();
  await at('setup.way.key').click();
  await at('models.address').fill(`${siteUrl}/v1`);
  await at('models.key').fill('sk-wrong');
  await at('models.save').click();
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  expect(await at('models.address').inputValue()).toBe(`${siteUrl}/v1`);
  expect(await ask(stack, '{ providers { name } }')).toEqual({ providers: [] });
  expect(seen).toEqual([]);
}, 60_000);

it('fits a narrow window in both languages, and keeps the rules of accessibility at every step', async () => {
  await arrive();
  const paths = ['/setup', '/setup?way=key', '/setup?way=local', '/setup?way=found', '/setup?step=template', '/'];
  for (const language of ['en', 'zh-Hans']) {
    await page.evaluate((chosen) => localStorage.setItem('tenon.language', chosen), language);
    await page.setViewportSize({ width: 320, height: 800 });
    for (const path of paths) {
      await page.goto(path);
      await page.locator('h1').first().waitFor();
      await page.waitForLoadState('networkidle');
      const overflow = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
      const serious = violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes[0]?.html.slice(0, 120)]);
      expect({ path, language, overflow, serious }).toEqual({ path, language, overflow: 0, serious: [] });
    }
  }
  expect(seen).toEqual([]);
}, 120_000);

it('leads to a first answer without any key, while the local model is still on its way', async () => {
  local = { state: 'downloading', model: 'local-chat-small', receivedBytes: 123_000_000, totalBytes: 491_000_000 };
  await arrive();
  await page.getByText('123MB / 491MB').waitFor();
  await at('setup.model.on').click();
  await at('templates.use.chatbot').click();
  await page.waitForURL(/step=ask/);
  await page.reload();
  await page.getByRole('progressbar').waitFor();
  local = { state: 'ready', model: 'local-chat-small', receivedBytes: 491_000_000, totalBytes: 491_000_000 };
  await at('setup.ask.open').click();
  await page.locator('[data-testid="panel.send"]:enabled').click();
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(await at('panel.answer').textContent()).toContain('Scripted reply.');
  expect(seen).toEqual([]);
  // as if nothing had been asked
  local = { state: 'absent' };
  const appId = pathname().split('/')[2];
  await ask(stack, `mutation { deleteApp(input: { appId: "${appId}" }) { errors { code } } }`);
}, 90_000);

it('leads from the sign-in to a first answer, with an address that speaks the interface of OpenAI', async () => {
  await arrive();
  await addServer();
  await page.waitForFunction(`document.querySelector('[data-testid="setup.answering.model"]')?.value === 'scripted'`);
  await at('setup.answering.ask').click();
  await at('setup.answering.said').getByText('Scripted reply.').waitFor();
  await at('setup.answering.use').click();
  await at('templates.use.content-moderation').press('Enter');
  await page.waitForURL(/\/apps\/.+\/graph\?template=content-moderation/);
  await page.locator('[data-testid="panel.send"]:enabled').waitFor();
  expect(await at('panel.message').inputValue()).toBe('My router blinks red, what now?');
  await at('panel.send').click();
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(await at('panel.answer').textContent()).toContain(ANSWER);
  await at('panel.message').fill('And a green one?');
  await at('panel.send').click();
  await page.getByText('And a green one?').waitFor();
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(JSON.stringify((await stack.model.calls()).at(-1)?.body)).toContain('And a green one?');
  // the app that the team was given is the one that was asked
  const { apps } = await ask<{ apps: { edges: { node: { name: string } }[] } }>(
    stack,
    '{ apps(first: 100) { edges { node { name } } } }',
  );
  expect(apps.edges.map(({ node }) => node.name).sort()).toEqual(['Content moderation', 'Translate and review']);
  await page.goto('/setup');
  await at('setup.finished').waitFor();
  await page.goto('/');
  await at('home.templates').waitFor();
  await page.waitForLoadState('networkidle');
  expect(await at('home.first').count()).toBe(0);
  expect(seen).toEqual([]);
}, 90_000);

it('finds templates by their words and kind, which stand in the address, and makes another app of each', async () => {
  await arrive();
  await page.goto('/templates?category=chat');
  await at('templates.use.chatbot').waitFor();
  expect(await at('templates.use.read-invoice').count()).toBe(0);
  await at('templates.find').pressSequentially('moderation');
  await page.waitForURL(/find=moderation/);
  await at('templates.use.chatbot').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('link', { name: 'Content moderation' }).click();
  await page.waitForURL('**/templates/content-moderation');
  await page.locator('[data-node-id]').first().waitFor();
  await at('templates.needs').getByText('Model').waitFor();
  await at('templates.use.content-moderation').click();
  await page.getByRole('heading', { name: 'Content moderation 2' }).waitFor();
  expect(seen).toEqual([]);
}, 60_000);

interface Template {
  readonly id: string;
  readonly content: string;
  readonly query: string | null;
  readonly inputs: Readonly<Record<string, unknown>>;
}

it('has templates that are all taken in without a remark, and run to success', async () => {
  const { templates } = await ask<{ templates: readonly Template[] }>(
    stack,
    '{ templates(language: "zh-Hans") { id content query inputs } }',
  );
  const run = async ({ id, content, query, inputs }: Template) => {
    const { importApp } = await ask<{ importApp: { app: { id: string }; issues: object[] } }>(
      stack,
      'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } issues { code } } }',
      { input: { content } },
    );
    const where = 'address' in inputs ? { ...inputs, address: `${siteUrl}/` } : inputs;
    const appId = importApp.app.id;
    const runId = await startRun(stack, { appId, useDraft: true, inputs: where, ...(query !== null && { query }) });
    await follow(stack, runId);
    const { status, failure, outputs } = await readRun(stack, runId);
    return { id, issues: importApp.issues, status, failure, outputs };
  };
  const ran = await Promise.all(templates.map(run));
  const clean = { issues: [], status: 'SUCCEEDED', failure: null };
  expect(ran.map(({ id, issues, status, failure }) => ({ id, issues, status, failure }))).toEqual(
    templates.map(({ id }) => ({ id, ...clean })),
  );
  const outputsOf = (id: string) => ran.find((one) => one.id === id)?.outputs;
  expect(outputsOf('read-invoice')).toMatchObject({ sum_of_items: 86, is_right: true });
  expect(outputsOf('answer-mail')).toMatchObject({ kind: 'Complaint' });
  const prompts = (await stack.model.calls()).map(({ body }) => JSON.stringify(body));
  expect(prompts.some((prompt) => prompt.includes('Harbour & bay') && !prompt.includes('<h1>'))).toBe(true);
}, 120_000);
