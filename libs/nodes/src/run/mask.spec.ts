import fc from 'fast-check';
import { hideInShown, hideSecrets, TextMask } from './mask.js';

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

describe('hiding secrets in what people are shown', () => {
  it('leaves no beginning of one where a text was cut', () => {
    const secrets = ['s3cret "one"', 'token', 'token-longer'];
    for (const [text, shown] of [
      ['a s3cre…', 'a …'],
      ['the reply is "a s3cret \\"on…", which', 'the reply is "a …", which'],
      ['a s%…', 'a s%…'],
      ['Error: tok…\n    at main', 'Error: …\n    at main'],
      ['token, my token-l…', '********, my …'],
      ['s3cret, s… and more', 's3cret, s… and more'],
    ] as const)
      expect(hideInShown({ text: [text] }, secrets)).toEqual({ text: [shown] });
  });
});

describe('hiding secrets in a text that comes in pieces', () => {
  /** What is shown of the pieces, and how much of it before the end. */
  const show = (secrets: readonly string[], ...pieces: readonly string[]) => {
    const mask = new TextMask(secrets);
    return [...pieces.map((piece) => mask.push(piece)), mask.end()];
  };

  it('finds one that is cut by the end of a piece, and holds back only what may be one', () => {
    expect(show(['s3cret'], 'a s3', 'cr', 'et b')).toEqual(['a ', '', '******** b', '']);
    expect(show(['s3cret'], 'a s3', 'cond ', 's3cre')).toEqual(['a ', 's3cond ', '', 's3cre']);
  });

  it('waits for the longer of two that begin alike', () => {
    expect(show(['token', 'token-longer'], 'my token', '-longer').join('')).toBe('my ********');
    expect(show(['token', 'token-longer'], 'my token', '-short').join('')).toBe('my ********-short');
    expect(show(['token', 'token-longer'], 'my token').join('')).toBe('my ********');
  });

  it('shows no secret and loses nothing else, wherever the pieces end', () => {
    const piece = fc.constantFrom('a', 'b', 'ab', 'ba', 'abab', 'abba', 'c');
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.uniqueArray(fc.constantFrom('abab', 'ababb', 'bbab', 'ca')),
        (pieces, secrets) => {
          const shown = show(secrets, ...pieces).join('');
          expect(shown).toBe(show(secrets, pieces.join('')).join(''));
          for (const secret of secrets) expect(shown).not.toContain(secret);
          const letters = pieces.join('').length;
          expect(shown.replaceAll('********', '').length).toBeLessThanOrEqual(letters);
          if (secrets.length === 0) expect(shown).toBe(pieces.join(''));
        },
      ),
    );
  });
});
