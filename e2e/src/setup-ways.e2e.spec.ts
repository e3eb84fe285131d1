import { spawnScriptedModel, type ScriptedModelProcess } from '@tenon/ports/testing';
import type { Browser, Page } from 'playwright-core';
import { startBrowser } from './browser.js';
import { ask } from './client.js';
import { Person } from './person.js';
import { startStack, type Stack } from './stack.js';

/* From an installation in which nothing is, to a first answer: with a key, and with a server that runs on this computer. */

const KEY = 'sk-of-the-newcomer';
const ANSWER = 'Press the reset button for ten seconds.';
const RULES = [
  { when: { system: 'You sort messages' }, reply: { text: 'technical_question' } },
  { when: { system: 'patient support engineer' }, reply: { text: ANSWER.split(/(?<= )/), betweenMs: 20 } },
];
/** Of Ollama, LM Studio, llama.cpp and vLLM; one of them is free here. */
const USUAL_PORTS = [11_434, 1_234, 8_080, 8_000];
/** What console.md promises, in milliseconds. */
const FIVE_MINUTES = 300_000;

let stack: Stack;
let browser: Browser;
let provider: ScriptedModelProcess;
let server: ScriptedModelProcess;
let person: Person;
let page: Page;

beforeAll(async () => {
  const none = { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' };
  [stack, browser, provider, server] = await Promise.all([
    startStack(none),
    startBrowser(),
    spawnScriptedModel({ apiKey: KEY, models: ['text-embedding-1', 'chat-1'], rules: RULES }),
    startOnUsualPort(),
  ]);
}, 400_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
  await Promise.all([provider?.close(), server?.close()]);
});
beforeEach(async () => {
  person = await Person.open(browser, stack.url);
  ({ page } = person);
});
afterEach(async () => {
  await person.close();
  expect(person.seen).toEqual([]);
});

const at = (testId: string) => person.at(testId);

async function startOnUsualPort(): Promise<ScriptedModelProcess> {
  for (const port of USUAL_PORTS) {
    const started = await spawnScriptedModel({ port, models: ['found-1'], rules: RULES }).catch(() => undefined);
    if (started) return started;
  }
  throw new Error('all usual ports are taken');
}

async function arrive(): Promise<void> {
  await page.goto('/');
  await person.trySignIn();
  await page.waitForURL('**/setup');
}

/** Waits until a model is proposed as the one that answers. */
async function isProposed(model: string): Promise<void> {
  while ((await at('setup.answering.model').inputValue()) !== model);
}

/** From the template to the end of the first answer. @param between  what happens at each step before it goes on */
async function askTemplate(between: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  await at('templates.use.content-moderation').waitFor();
  await between();
  await at('templates.use.content-moderation').click();
  await page.waitForURL(/\/apps\/.+\/graph\?template=content-moderation/);
  await between();
  await page.locator('[data-testid="panel.send"]:enabled').waitFor();
  expect(await at('panel.message').inputValue()).toBe('My router blinks red, what now?');
  await at('panel.send').click();
  await at('panel.answer').getByText('Press the').waitFor();
  await between();
  await at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 30_000 });
  expect(await at('panel.answer').textContent()).toContain(ANSWER);
}

it('leads to a first answer with a key, over a reload at every step, and takes no key that is refused', async () => {
  const begun = performance.now();
  const reload = () => page.reload();
  await arrive();
  await reload();
  await at('setup.way.key').click();
  await at('setup.provider').waitFor();
  await reload();
  await at('setup.provider').selectOption('deepseek');
  await at('models.address').fill(provider.baseUrl);
  await at('models.key').fill('sk-of-somebody-else');
  await at('models.save').click();
  await page.getByRole('alert').getByText('key').waitFor();
  expect(await at('models.name').inputValue()).toBe('deepseek');
  expect(await at('models.address').inputValue()).toBe(provider.baseUrl);
  expect(await ask(stack, '{ providers { name } }')).toEqual({ providers: [] });
  await at('models.key').fill(KEY);
  await at('models.save').click();
  await at('setup.answering.model').waitFor();
  await reload();
  // one that talks is proposed
  await isProposed('chat-1');
  await at('setup.answering.use').click();
  await askTemplate(reload);
  const seconds = (performance.now() - begun) / 1_000;
  process.stdout.write(`from nothing to a first answer with a key: ${seconds.toFixed(1)} s\n`);
  expect(seconds * 1_000).toBeLessThan(FIVE_MINUTES);
  const headers = (await provider.calls()).map((call) => call.headers['authorization']);
  expect(new Set(headers)).toEqual(new Set([`Bearer ${KEY}`]));
}, 90_000);

it('leads to a first answer with a server that was found on this computer', async () => {
  const { apps } = await ask<{ apps: { edges: { node: { id: string } }[] } }>(
    stack,
    '{ apps { edges { node { id } } } }',
  );
  for (const { node } of apps.edges)
    await ask(stack, `mutation { deleteApp(input: { appId: "${node.id}" }) { errors { code } } }`);
  await ask(stack, 'mutation { deleteProvider(input: { name: "deepseek" }) { errors { code } } }');
  await ask(stack, 'mutation { setDefaultModel(input: { standIn: false }) { errors { code } } }');
  await arrive();
  await at('setup.way.found').click();
  const several = at('setup.server');
  await several.or(at('models.address')).first().waitFor();
  if ((await several.count()) > 0) await several.selectOption(server.baseUrl);
  expect(await at('models.address').inputValue()).toBe(server.baseUrl);
  await at('models.save').click();
  await isProposed('found-1');
  await at('setup.answering.use').click();
  await askTemplate();
  expect((await server.calls()).length).toBeGreaterThan(1);
}, 90_000);
