import type { ObjectStore } from '../object-store.js';

/**
 * Registers the tests every object store must pass.
 * @param open  gives an empty store per test and what to do after it
 */
export function describeObjectStoreContract(
  name: string,
  open: () => Promise<{ readonly store: ObjectStore; close(): Promise<void> }>,
): void {
  describe(`${name} as an object store`, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    const bytes = (text: string) => new TextEncoder().encode(text);
    const put = (key: string, text: string) => store.put(key, bytes(text), 'text/plain');
    const read = async (key: string) => new TextDecoder().decode(await store.get(key));

    beforeEach(async () => ({ store, close } = await open()));
    afterEach(() => close());

    it('gives back the bytes it was given', async () => {
      const all = Uint8Array.from({ length: 256 * 1024 }, (_value, index) => index % 251);
      await store.put('runs/1/all.bin', all, 'application/octet-stream');
      expect(Buffer.compare(await store.get('runs/1/all.bin'), all)).toBe(0);
      await store.put('empty', new Uint8Array(), 'text/plain');
      expect((await store.get('empty')).byteLength).toBe(0);
    });

    it('keeps the newer of two objects with one key', async () => {
      await put('a', 'first, and longer');
      await put('a', 'second');
      expect(await read('a')).toBe('second');
      expect(await store.list('')).toEqual(['a']);
    });

    it('does not change with the bytes it was given or gave', async () => {
      const given = bytes('abc');
      await store.put('a', given, 'text/plain');
      given.fill(0);
      (await store.get('a')).fill(0);
      expect(await read('a')).toBe('abc');
    });

    it('says what is missing', async () => {
      await expect(store.get('no/such')).rejects.toMatchObject({ code: 'object.missing', kind: 'missing' });
      expect(await store.has('no/such')).toBe(false);
    });

    it('knows what it has, and forgets what is removed, also twice', async () => {
      await put('a/b', 'x');
      expect([await store.has('a/b'), await store.has('a')]).toEqual([true, false]);
      await store.remove('a/b');
      await store.remove('a/b');
      expect(await store.has('a/b')).toBe(false);
      await expect(store.get('a/b')).rejects.toMatchObject({ code: 'object.missing' });
    });

    it('removes what nobody has written or renewed for a while, and says so', async () => {
      await put('a', 'x');
      expect(await store.removeUnused('a', 60_000)).toBe(false);
      expect([await store.renew('a'), await store.renew('b'), await store.has('b')]).toEqual([true, false, false]);
      expect(await read('a')).toBe('x');
      expect(await store.removeUnused('a', 0)).toBe(true);
      expect([await store.removeUnused('a', 0), await store.renew('a'), await store.has('a')]).toEqual([
        false,
        false,
        false,
      ]);
    });

    it('keeps a key apart from those below it', async () => {
      await put('a', 'file');
      await put('a/b', 'below');
      await store.remove('a/b');
      expect([await read('a'), await store.list('')]).toEqual(['file', ['a']]);
    });

    it('writes one key many times at once without mixing', async () => {
      const texts = Array.from({ length: 20 }, (_value, index) => String.fromCharCode(97 + index).repeat(50_000));
      await Promise.all(texts.map((text) => put('busy', text)));
      expect(texts).toContain(await read('busy'));
    });

    it('writes and removes neighbours at once', async () => {
      const comeAndGo = async (key: string) => {
        for (let round = 0; round < 40; round++) {
          await put(key, `round ${round}`);
          expect(await read(key)).toBe(`round ${round}`);
          await store.remove(key);
        }
      };
      await Promise.all(['room/a', 'room/b', 'room/c'].map(comeAndGo));
      expect(await store.list('')).toEqual([]);
    });

    it('lists keys by prefix in code-unit order, page by page', async () => {
      const keys = ['a', 'a-b/x', 'a.b', 'a/b', 'a/b/c', 'a/b2', 'a0', 'B', 'b/1'];
      for (const key of [...keys].reverse()) await put(key, key);
      expect(await store.list('')).toEqual([...keys].sort());
      expect(await store.list('a/b')).toEqual(['a/b', 'a/b/c', 'a/b2']);
      expect(await store.list('a/')).toEqual(['a/b', 'a/b/c', 'a/b2']);
      expect(await store.list('zzz')).toEqual([]);
      const pages: string[] = [];
      for (let after: string | undefined; ; after = pages.at(-1)) {
        const page = await store.list('a', after, 2);
        expect(page.length).toBeLessThanOrEqual(2);
        if (page.length === 0) break;
        pages.push(...page);
      }
      expect(pages).toEqual(keys.filter((key) => key.startsWith('a')).sort());
    });

    it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', './a', 'a b', 'a\\b', 'a\0b', 'ä', 'x'.repeat(201)])(
      'refuses the key %p',
      async (key) => {
        const refusal = { code: 'object.invalidKey', kind: 'invalid' };
        await expect(put(key, 'x')).rejects.toMatchObject(refusal);
        await expect(store.get(key)).rejects.toMatchObject(refusal);
        await expect(store.has(key)).rejects.toMatchObject(refusal);
        await expect(store.remove(key)).rejects.toMatchObject(refusal);
        await expect(store.renew(key)).rejects.toMatchObject(refusal);
        await expect(store.removeUnused(key, 0)).rejects.toMatchObject(refusal);
      },
    );
  });
}
