import type { TeamModels } from '../models/model-standing.js';
import { choicesFor, gapsOf, partsOf } from './model-gaps.js';

interface Given {
  /** Models by the name of the provider. */
  readonly providers?: Readonly<Record<string, readonly string[]>>;
  readonly environment?: readonly string[];
  readonly standsIn?: string;
  readonly local?: string;
}

const provider = (source: string) => (entry: [string, readonly string[]]) => ({
  ...{ name: entry[0], models: entry[1], source, baseUrl: 'http://127.0.0.1:1/v1', hasKey: false },
});

const team = ({ providers = {}, environment, standsIn, local = 'off' }: Given): TeamModels => ({
  providers: [
    ...(environment ? [provider('environment')(['openai', environment])] : []),
    ...Object.entries(providers).map(provider('team')),
  ],
  modelSettings: {
    defaultProvider: standsIn ? partsOf(standsIn).provider : null,
    defaultModel: standsIn ? partsOf(standsIn).name : null,
    standIn: standsIn !== undefined,
  },
  localModel: {
    ...{ state: local, model: 'local-chat', isInUse: false, receivedBytes: 0, totalBytes: 0, error: null },
  },
});

describe('models that a file names and the team does not have', () => {
  const otherwiseOf = (given: Given, named = 'openai/gpt-4o') => {
    const { provider: of, name } = partsOf(named);
    const [gap] = gapsOf([{ provider: of, name, nodeIds: ['a'] }], team(given));
    return gap && (gap.otherwise.kind === 'standIn' ? gap.otherwise.model : gap.otherwise.kind);
  };

  it.each<[string, Given, string | undefined]>([
    ['a provider that lists it', { providers: { openai: ['gpt-4o'] } }, undefined],
    ['a provider that lists none', { providers: { openai: [] } }, undefined],
    ['the provider of the environment', { environment: ['gpt-4o-mini'] }, undefined],
    ['a provider that lists others', { providers: { openai: ['gpt-4o-mini'] } }, 'asked'],
    ['another provider', { providers: { ollama: ['llama'] } }, 'stops'],
    ['another provider, and the local model', { providers: { ollama: ['llama'] }, local: 'ready' }, 'stops'],
    ['a default that stands in', { providers: { ollama: ['llama'] }, standsIn: 'ollama/llama' }, 'ollama/llama'],
    ['nothing but the local model', { local: 'downloading' }, 'local/local-chat'],
    ['nothing at all', {}, 'stops'],
  ])('as the worker would look for them, with %s', (_case, given, otherwise) => {
    expect(otherwiseOf(given)).toBe(otherwise);
  });

  it('are answered by the model of the environment where that is the only one', () => {
    expect(otherwiseOf({ environment: ['house'] }, 'tongyi/qwen')).toBe('openai/house');
    expect(otherwiseOf({ environment: ['house'], providers: { ollama: [] } }, 'tongyi/qwen')).toBe('stops');
    expect(otherwiseOf({ environment: [] }, 'tongyi/qwen')).toBe('stops');
  });

  it('are not the local one', () => {
    expect(otherwiseOf({ local: 'ready' }, 'local/local-chat')).toBeUndefined();
  });
});

it('lets choose among the models of the team, and asks a provider that lists none for the same', () => {
  const given = team({ providers: { ollama: ['a/b', 'c'], openai: [] }, local: 'ready' });
  expect(choicesFor('tongyi/qwen', given)).toEqual(['ollama/a/b', 'ollama/c', 'openai/qwen', 'local/local-chat']);
  expect(choicesFor('tongyi/qwen', team({}))).toEqual([]);
  expect(partsOf('ollama/a/b')).toEqual({ provider: 'ollama', name: 'a/b' });
});
