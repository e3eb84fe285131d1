import { normaliseProvider } from './model-directory.js';

describe('normaliseProvider', () => {
  it.each([
    ['langgenius/openai/openai', 'openai'],
    ['langgenius/openai_api_compatible/openai_api_compatible', 'openai_api_compatible'],
    ['openai', 'openai'],
    ['OpenAI', 'openai'],
    [' langgenius/tongyi/tongyi/ ', 'tongyi'],
    ['', ''],
  ])('names %p by its bare id %p', (provider, bare) => {
    expect(normaliseProvider(provider)).toBe(bare);
  });
});
