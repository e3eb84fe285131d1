import { hideSecrets } from './mask.js';

describe('hiding secrets', () => {
  const secret = 'p@ss "w/o" ü&#?';

  it('finds them as they are, in JSON, in addresses and in forms', () => {
    const address = new URL(`http://x/a?plain=1`);
    address.searchParams.set('key', secret);
    const texts = [
      secret,
      JSON.stringify({ secret }),
      encodeURIComponent(secret),
      new URLSearchParams({ key: secret }).toString(),
      address.href,
    ];
    for (const text of texts) {
      const hidden = hideSecrets(text, [secret]);
      expect(hidden).toContain('********');
      expect(hidden).not.toMatch(/p(@|%40)ss/);
    }
  });

  it('reaches into lists and mappings, keys too', () => {
    expect(hideSecrets({ list: ['a s3cret b'], s3cret: 1, none: null }, ['s3cret'])).toEqual({
      list: ['a ******** b'],
      '********': 1,
      none: null,
    });
  });

  it('hides the longer of two that begin alike', () => {
    expect(hideSecrets('token-longer', ['token', 'token-longer'])).toBe('********');
  });

  it('leaves everything alone when there are none, or an empty one', () => {
    expect(hideSecrets({ a: 'b' }, [])).toEqual({ a: 'b' });
    expect(hideSecrets('abc', [''])).toBe('abc');
  });
});
