import { writtenForms } from './written-forms.js';

const SECRET = 'pa ss/"wörd"\\+&4711';

describe('the forms of a secret', () => {
  it.each<[string, string]>([
    ['plain', `key ${SECRET}!`],
    ['JSON', JSON.stringify({ key: SECRET })],
    ['JSON in JSON', JSON.stringify({ body: JSON.stringify({ key: SECRET }) })],
    ['a form', new URLSearchParams({ key: SECRET }).toString()],
    ['encodeURIComponent', `https://h/?key=${encodeURIComponent(SECRET)}`],
    ['an address in JSON in JSON', JSON.stringify(JSON.stringify(new URL(`https://h/a?key=${SECRET}`).href))],
    ['a query', new URL(`https://h/?key=${SECRET.replaceAll(/[&+]/g, '')}`).search],
  ])('are found in %s', (_, text) => {
    const wanted = text.startsWith('?') ? SECRET.replaceAll(/[&+]/g, '') : SECRET;
    expect(writtenForms(wanted).some((form) => text.includes(form))).toBe(true);
  });

  it.each(['', 'a', 'ab', 'abc', 'user:', 'user42:'])('are found in base64 after %j, whatever follows', (before) => {
    for (const after of ['', 'x', 'yz'])
      for (const encoding of ['base64', 'base64url'] as const) {
        const text = Buffer.from(`${before}${SECRET}${after}`).toString(encoding);
        const found = writtenForms(SECRET).filter((form) => text.includes(form));
        expect(found).not.toEqual([]);
        // what is left when it is hidden does not give the secret away
        const left = text.replace(found[0]!, '');
        expect(left.length).toBeLessThanOrEqual(Math.ceil(((before.length + after.length) * 4) / 3) + 8);
      }
  });

  it('are no parts of other texts for a short secret', () => {
    expect(writtenForms('abc')).toEqual(['abc']);
  });
});
