import { ask } from './client.js';
import type { Stack } from './stack.js';

/** A page of the console. */
export interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** Only somebody who is not signed in sees it. */
  readonly isPublic?: true;
}

/** Every page there is, those of an app for this one, of whose chain of calls a run has happened. */
export async function consolePages(stack: Stack, appId: string): Promise<ConsolePage[]> {
  const { runs } = await ask<{ runs: { edges: { node: { id: string } }[] } }>(
    stack,
    'query ($filter: RunFilter) { runs(first: 1, filter: $filter) { edges { node { id } } } }',
    { filter: { appId } },
  );
  const run = `/apps/${appId}/runs/${runs.edges[0]?.node.id ?? ''}`;
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
