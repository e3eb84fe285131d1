import { findPrice } from './find-price.js';
import { PRICES } from './price-table.js';

const OPENAI = 'https://api.openai.com/v1';
const NOW = new Date('2026-11-30T12:00:00Z');
const inputOf = (name: string, at = NOW, baseUrl = OPENAI) => findPrice(baseUrl, name, at)?.input;

describe('the price of a model', () => {
  it('is found at its provider, in whole millionths of a dollar', () => {
    expect(findPrice(OPENAI, 'gpt-4o-mini', NOW)).toEqual({ input: 150_000, cachedInput: 75_000, output: 600_000 });
    expect(findPrice('https://API.openai.com/v1/', 'gpt-4o-mini', NOW)).toBeDefined();
    expect(inputOf('models/gemini-2.5-flash', NOW, 'https://generativelanguage.googleapis.com/v1beta/openai')).toBe(
      300_000,
    );
  });

  it.each([
    ['a server on this computer', 'http://127.0.0.1:11434/v1'],
    ['a gateway', 'https://openrouter.ai/api/v1'],
    ['a host that looks like the provider', 'https://api.openai.com.example.org/v1'],
    ['no address', 'openai'],
  ])('is not known behind %s', (_what, baseUrl) => {
    expect(inputOf('gpt-4o-mini', NOW, baseUrl)).toBeUndefined();
  });

  it('is that of the day, in UTC', () => {
    expect(inputOf('gpt-4o', new Date('2024-05-12T23:59:59Z'))).toBeUndefined();
    expect(inputOf('gpt-4o', new Date('2024-05-13T00:00:00Z'))).toBe(5_000_000);
    expect(inputOf('gpt-4o', new Date('2024-10-01T23:59:59Z'))).toBe(5_000_000);
    expect(inputOf('gpt-4o', new Date('2024-10-02T00:00:00Z'))).toBe(2_500_000);
    expect(inputOf('gpt-4o')).toBe(2_500_000);
  });

  it('of a dated model is its own, else that of the model', () => {
    expect(inputOf('gpt-4o-2024-05-13')).toBe(5_000_000);
    expect(inputOf('gpt-4o-2024-08-06')).toBe(2_500_000);
    expect(inputOf('gpt-4o-mini-2024-07-18')).toBe(150_000);
    expect(inputOf('claude-haiku-4-5-20251001', NOW, 'https://api.anthropic.com/v1')).toBe(1_000_000);
  });

  it.each(['gpt-4o-audio-preview', 'ft:gpt-4o-mini-2024-07-18:acme::1', 'toString', ''])(
    'of %p is not known: it is no other model',
    (name) => {
      expect(inputOf(name)).toBeUndefined();
    },
  );
});

describe('the table of prices', () => {
  const rows = PRICES.flatMap(({ models }) => Object.values(models));

  it('has the rows of a model in the order of their days', () => {
    for (const list of rows) {
      const days = list.map(({ from }) => from);
      expect(days).toEqual([...new Set(days)].sort());
      for (const day of days) expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
    }
  });

  it('has prices that are whole millionths, and none above a thousand dollars', () => {
    for (const { input, cached = 0, output } of rows.flat())
      for (const price of [input, cached, output]) {
        expect(Math.abs(price * 1e6 - Math.round(price * 1e6))).toBeLessThan(1e-6);
        expect(price).toBeLessThan(1_000);
      }
  });

  it('says where each price is from', () => {
    for (const { source } of PRICES) expect(URL.canParse(source)).toBe(true);
  });
});
