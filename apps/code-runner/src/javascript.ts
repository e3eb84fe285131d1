import { availableParallelism } from 'node:os';
import { JavaScriptSandbox } from './javascript-sandbox.js';
import type { Language } from './language.js';
import { SandboxPool } from './sandbox-pool.js';

const selfTestCode = `
const main = ({ one }) => {
  const names = ['process', 'require', 'fetch', 'WebAssembly', 'Worker', 'host'];
  return { one, reached: names.filter((name) => name in globalThis) };
};
`;

/** JavaScript in QuickJS, in threads of this process. */
export function createJavaScript(quickJsVersion: string, idleMs: number): Language {
  const limit = Math.min(Math.max(availableParallelism(), 2), 8);
  const pool = new SandboxPool(() => JavaScriptSandbox.start(), { limit, keepWarm: 1, idleMs, maxWaiting: 500 });
  return {
    pool,
    selfTestCode,
    describe: () => ({ version: 'ES2023', runtime: `quickjs-emscripten ${quickJsVersion}` }),
  };
}
