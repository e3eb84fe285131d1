import { en } from '../language/en.js';
import { trailOf, type PagePlace } from './page-trail.js';

const t = (key: keyof typeof en) => en[key];
const way = (place: Partial<PagePlace>) =>
  trailOf({ path: '/', section: undefined, subject: '', ...place }, t).map(({ text, path }) =>
    path ? `${text} ${path}` : text,
  );

it.each<[string, Partial<PagePlace>, readonly string[]]>([
  ['a place', { path: '/models', section: 'models.title' }, ['Models']],
  ['a list', { path: '/apps', section: 'apps.title' }, ['Apps']],
  ['something that is done', { path: '/apps/import', section: 'import.title' }, ['Apps /apps', 'Import an app']],
  ['an object', { path: '/apps/1/graph', section: 'graph.title', subject: 'Mine' }, ['Apps /apps', 'Mine']],
  [
    'an object that has no name yet',
    { path: '/templates/x', section: 'templates.title' },
    ['Templates /templates', '…'],
  ],
  [
    'the runs of an app',
    { path: '/apps/1/runs', section: 'runs.title', subject: 'Mine' },
    ['Apps /apps', 'Mine /apps/1', 'Runs'],
  ],
  [
    'one of them',
    { path: '/apps/1/runs/2', section: 'run.title', subject: 'Mine' },
    ['Apps /apps', 'Mine /apps/1', 'Runs /apps/1/runs', 'Run'],
  ],
])('leads to %s', (_what, place, expected) => {
  expect(way(place)).toEqual(expected);
});
