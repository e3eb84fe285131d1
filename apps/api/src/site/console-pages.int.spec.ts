import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startApiBench, type ApiBench } from '../testing/api-bench.js';

/* What browsers are given: the page of the console for its addresses, and its files. */

jest.setTimeout(120_000);

const PAGE = '<!doctype html><html><head><base href="/" /></head><body ngCspNonce="__nonce__"></body></html>';
const LARGE = 'export {};'.repeat(1_000);
const BROWSER = { accept: 'text/html,application/xhtml+xml' };

describe('the pages of the console', () => {
  let bench: ApiBench;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-console-'));
    await writeFile(path.join(folder, 'index.html'), PAGE);
    await writeFile(path.join(folder, 'main-ABCDEFGH.js'), 'export {};');
    await writeFile(path.join(folder, 'large-ABCDEFGH.js'), LARGE);
    await writeFile(path.join(folder, 'theme.js'), '//');
    await mkdir(path.join(folder, 'diagrams/mermaid'), { recursive: true });
    await writeFile(path.join(folder, 'diagrams/frame.html'), PAGE);
    await writeFile(path.join(folder, 'diagrams/mermaid/chunk-ABCDEFGH.mjs'), 'export {};');
    bench = await startApiBench({}, { consoleFolder: folder });
  });

  afterAll(async () => {
    await bench.close();
    await rm(folder, { recursive: true });
  });

  const get = (route: string, headers: Record<string, string> = BROWSER, method = 'GET') =>
    fetch(bench.url + route, { method, headers });

  it('answers addresses of the console with its page, which may be shown to anybody', async () => {
    for (const route of ['/', '/apps', '/apps/01a22d35-8911-7592-96ba-ec1358270385/graph?run=1', '/nowhere']) {
      const response = await get(route);
      expect({ route, status: response.status }).toEqual({ route, status: 200 });
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('gives each answer a nonce of its own, which its policy names', async () => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await get('/');
        const [, nonce] = /ngCspNonce="([^"]+)"/.exec(await response.text()) ?? [];
        expect(response.headers.get('content-security-policy')).toContain(`style-src 'self' 'nonce-${nonce}'`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);
  });

  it('lets no script run but those of its files', async () => {
    const policy = (await get('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('shows diagrams in a frame that has an origin of its own and no network, and in no page of others', async () => {
    expect((await get('/')).headers.get('content-security-policy')).toContain("frame-src 'self'");
    const frame = await get('/diagrams/frame.html');
    expect(frame.headers.get('content-security-policy')).toBe(
      "sandbox allow-scripts;default-src 'none';script-src 'self';style-src 'unsafe-inline';form-action 'none';" +
        "base-uri 'none';frame-ancestors 'self'",
    );
    expect(frame.headers.get('x-frame-options')).toBeNull();
    const chunk = await get('/diagrams/mermaid/chunk-ABCDEFGH.mjs', { origin: 'null' });
    expect(chunk.headers.get('access-control-allow-origin')).toBe('*');
    expect(chunk.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(chunk.headers.get('cache-control')).toContain('immutable');
    for (const route of ['/', '/theme.js', '/main-ABCDEFGH.js']) {
      const { headers } = await get(route, { ...BROWSER, origin: 'null' });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it('has files kept whose names change with their content, and no others', async () => {
    const kept = await get('/main-ABCDEFGH.js', {});
    expect(kept.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect((await get('/theme.js', {})).headers.get('cache-control')).toBe('no-cache');
  });

  it('packs its files for who can unpack them, and no answers', async () => {
    const packing = { 'accept-encoding': 'br, gzip' };
    const script = await get('/large-ABCDEFGH.js', packing);
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(script.headers.get('vary')).toMatch(/accept-encoding/i);
    expect(await script.text()).toBe(LARGE);
    expect(
      (await get('/large-ABCDEFGH.js', { 'accept-encoding': 'identity' })).headers.get('content-encoding'),
    ).toBeNull();
    expect((await get('/health', packing)).headers.get('content-encoding')).toBeNull();
  });

  it('answers clients of the API as before, also with what is not there', async () => {
    expect((await get('/nowhere', {})).status).toBe(404);
    expect((await get('/nowhere', BROWSER, 'POST')).status).toBe(404);
    expect((await get('/health')).headers.get('content-type')).toMatch(/^application\/json/);
    expect((await get('/missing-ABCDEFGH.js', { accept: '*/*' })).status).toBe(404);
  });

  it('is shown as it was read at the start, whatever becomes of its folder', async () => {
    const page = path.join(folder, 'index.html');
    await rename(page, `${page}~`);
    try {
      const responses = await Promise.all(['/', '/nowhere'].map((route) => get(route)));
      expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    } finally {
      await rename(`${page}~`, page);
    }
  });

  it('gives nothing of what lies beside its folder', async () => {
    for (const route of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json'])
      expect((await get(route, {})).status).toBe(404);
  });
});
