import { answersLocally, standingOf, type TeamModels } from './model-standing.js';

const models = (given: {
  readonly providers?: readonly string[];
  readonly standsIn?: string;
  readonly standIn?: boolean;
  readonly local?: string;
}): TeamModels => ({
  providers: (given.providers ?? []).map((name) => ({
    ...{ name, baseUrl: 'http://127.0.0.1:1/v1', hasKey: false, models: [], source: 'team' },
  })),
  modelSettings: {
    defaultProvider: given.standsIn ?? null,
    defaultModel: given.standsIn ? 'm' : null,
    standIn: given.standIn ?? given.standsIn !== undefined,
  },
  localModel: {
    ...{ state: given.local ?? 'off', model: null, isInUse: false, receivedBytes: 0, totalBytes: 0, error: null },
  },
});

describe('whether a model answers', () => {
  it.each([
    ['nothing is there', {}, 'none'],
    ['the local model is fetched', { local: 'downloading' }, 'coming'],
    ['the local model is there', { local: 'ready' }, 'ready'],
    ['the local model could not be fetched', { local: 'failed' }, 'none'],
    ['apps name the provider', { providers: ['openai'] }, 'ready'],
    ['a provider is not told to answer', { providers: ['mine'], local: 'ready' }, 'undecided'],
    ['a provider stands in', { providers: ['mine'], standsIn: 'mine' }, 'ready'],
    ['a default does not stand in', { providers: ['mine'], standsIn: 'mine', standIn: false }, 'undecided'],
    ['what stood in was removed', { providers: ['mine'], standsIn: 'gone' }, 'undecided'],
    ['the local model stands in', { providers: ['mine'], standsIn: 'local', local: 'loading' }, 'coming'],
  ] as const)('when %s', (_case, given, standing) => {
    expect(standingOf(models(given))).toBe(standing);
  });
});

it.each([
  [{ local: 'ready' }, true],
  [{ local: 'downloading' }, false],
  [{ local: 'ready', providers: ['openai'] }, false],
  [{ local: 'ready', providers: ['mine'], standsIn: 'local' }, true],
  [{ local: 'ready', providers: ['mine'], standsIn: 'mine' }, false],
] as const)('of %j the local model answers: %s', (given, answers) => {
  expect(answersLocally(models(given))).toBe(answers);
});
