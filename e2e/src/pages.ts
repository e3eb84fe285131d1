import type { Page } from 'playwright-core';
import { chainOfCalls } from './chain-app.js';
import { ask, publishApp } from './client.js';
import { FORM_APP } from './form-app.js';
import type { Stack } from './stack.js';

/** A page of the console, or a state of it that somebody brings about. */
export interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** Only somebody who is not signed in sees it. */
  readonly isPublic?: true;
  /** What they do there. */
  readonly act?: (page: Page) => Promise<void>;
  /** What comes of it lies over the page, until Escape is pressed. */
  readonly isOver?: true;
}

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** Every page there is, those of an app for this one, of whose chain of calls a run has happened. */
export async function consolePages(stack: Stack, appId: string): Promise<ConsolePage[]> {
  const { runs } = await ask<{ runs: { edges: { node: { id: string } }[] } }>(
    stack,
    'query ($filter: RunFilter) { runs(first: 1, filter: $filter) { edges { node { id } } } }',
    { filter: { appId } },
  );
  const runId = runs.edges[0]?.node.id ?? '';
  const run = `/apps/${appId}/runs/${runId}`;
  return [
    { name: 'sign-in', path: '/signin', isPublic: true },
    { name: 'home', path: '/' },
    { name: 'setup', path: '/setup' },
    { name: 'setup-key', path: '/setup?step=model&way=key' },
    { name: 'apps', path: '/apps' },
    { name: 'templates', path: '/templates' },
    { name: 'template', path: '/templates/content-moderation' },
    { name: 'import', path: '/apps/import' },
    { name: 'app-graph', path: `/apps/${appId}/graph` },
    { name: 'app-outline', path: `/apps/${appId}/graph?outline=open` },
    { name: 'app-answer', path: `/apps/${appId}/graph?run=${runId}` },
    { name: 'app-runs', path: `/apps/${appId}/runs` },
    { name: 'run-graph', path: run },
    { name: 'run-timeline', path: `${run}?view=timeline` },
    { name: 'run-steps', path: `${run}?view=steps` },
    { name: 'run-step', path: `${run}?view=steps&step=call1` },
    { name: 'run-events', path: `${run}?view=events` },
    { name: 'runs', path: '/runs' },
    { name: 'models', path: '/models' },
    { name: 'profile', path: '/settings/profile' },
    { name: 'missing', path: '/no/such/page' },
  ];
}

/** What else pages of the same app can come to: what lies over them, forms that were refused, and what is not there. */
export async function consoleStates(stack: Stack, appId: string): Promise<ConsolePage[]> {
  const formId = await publishApp(stack, FORM_APP);
  const { importApp } = await ask<{ importApp: { app: { id: string } } }>(
    stack,
    'mutation ($input: ImportAppInput!) { importApp(input: $input) { app { id } } }',
    { input: { content: chainOfCalls(2).replace('type: llm', 'type: time-machine'), name: 'Cannot run' } },
  );
  const press = (key: string) => async (page: Page) => {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
  };
  return [
    { name: 'sign-in-refused', path: '/signin', isPublic: true, act: refuseSignIn },
    { name: 'palette', path: '/', act: press('Control+k'), isOver: true },
    { name: 'palette-nothing', path: '/', act: findNothing, isOver: true },
    { name: 'shortcuts', path: '/', act: press('?'), isOver: true },
    { name: 'menu', path: '/', act: openMenu, isOver: true },
    { name: 'model-refused', path: '/models', act: refuseModel },
    { name: 'form', path: `/apps/${formId}/graph` },
    { name: 'form-refused', path: `/apps/${formId}/graph`, act: refuseForm },
    { name: 'app-cannot-run', path: `/apps/${importApp.app.id}/graph` },
    { name: 'app-missing', path: `/apps/${NOBODY}/graph` },
    { name: 'run-missing', path: `/apps/${appId}/runs/${NOBODY}` },
    { name: 'template-missing', path: '/templates/no-such-template' },
    { name: 'runs-nothing', path: '/runs?find=nothing%20at%20all' },
    { name: 'templates-nothing', path: '/templates?find=nothing%20at%20all' },
    { name: 'password-refused', path: '/settings/profile', act: refusePassword },
  ];
}

async function refuseSignIn(page: Page): Promise<void> {
  await page.getByTestId('signIn.email').fill('nobody@tenon.local');
  await page.getByTestId('signIn.password').fill('wrong');
  await page.getByTestId('signIn.submit').click();
  await page.getByTestId('signIn.problem').filter({ hasText: /./ }).waitFor();
}

async function findNothing(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByTestId('palette.input').fill('nothing at all');
  await page.getByRole('option').first().waitFor({ state: 'detached' });
}

async function openMenu(page: Page): Promise<void> {
  await page.getByTestId('nav.you').click();
  await page.getByRole('menu').waitFor();
}

async function refuseModel(page: Page): Promise<void> {
  await page.getByTestId('models.addOther').click();
  await page.getByTestId('models.address').fill('http://127.0.0.1:9/v1');
  await page.getByTestId('models.test').click();
  await page.getByRole('alert').filter({ hasText: /./ }).waitFor();
}

async function refuseForm(page: Page): Promise<void> {
  await page.getByTestId('form.run').click();
  await page.locator('tn-start-form').getByRole('alert').first().waitFor();
}

async function refusePassword(page: Page): Promise<void> {
  await page.getByTestId('profile.current').fill('not this one');
  await page.getByTestId('profile.next').fill('correct horse battery staple');
  await page.getByTestId('profile.change').click();
  await page.getByTestId('profile.problem').filter({ hasText: /./ }).waitFor();
}
