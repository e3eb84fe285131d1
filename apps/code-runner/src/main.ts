import { announceReady, createLogger, loadConfig, onShutdown, runProcess } from '@tenon/platform';
import { once } from 'node:events';
import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createCodeServer } from './http-server.js';
import { createJavaScript } from './javascript.js';
import { Python } from './python.js';
import { SelfTests } from './self-tests.js';

const IDLE_MS = 5 * 60 * 1000;

await runProcess(serve);

/** @throws `config.invalid` when the token is missing or a setting cannot be used */
async function serve(): Promise<void> {
  const config = loadConfig(process.env, ['codeRunner.token']);
  const log = createLogger({ ...config.log, name: 'code-runner' });
  const pyodide = findPackage('pyodide');
  const python = new Python({
    pyodideDir: pyodide.folder,
    pyodideVersion: pyodide.version,
    cacheDir: config.data.cacheFolder,
    idleMs: IDLE_MS,
    warn: (problem, error) => log.warn({ error }, problem),
  });
  const javascript = createJavaScript(findPackage('quickjs-emscripten').version, IDLE_MS);
  const languages = { python3: python, javascript };
  const selfTests = new SelfTests(languages);
  let isEnding = false;
  const server = createCodeServer({
    token: config.codeRunner.token,
    languages,
    selfTests,
    onError: (error) => log.error({ error }, 'code runner failed'),
  });
  onShutdown(async () => {
    isEnding = true;
    server.close();
    javascript.pool.close();
    const closed = python.close();
    server.closeAllConnections();
    await closed;
  });
  server.listen(config.codeRunner.port, '127.0.0.1');
  await once(server, 'listening');
  announceReady({ port: (server.address() as AddressInfo).port });
  await selfTests.report(log, () => isEnding);
}

/** Folder and version of a package; the folder without links, as the permission model of the sandboxes sees it. */
function findPackage(name: string): { readonly folder: string; readonly version: string } {
  let folder = path.dirname(realpathSync(createRequire(import.meta.url).resolve(name)));
  while (path.basename(folder) !== name) folder = path.dirname(folder);
  const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}
