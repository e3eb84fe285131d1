import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ok, sign, type Finding } from './finding.js';

/** Packages that code steps run in, and files of theirs without which they do not start. */
const RUNTIMES = [
  { name: 'pyodide', language: 'Python', files: ['pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json'] },
  { name: 'quickjs-emscripten', language: 'JavaScript', files: ['package.json'] },
];

/** Whether the runtimes of code steps are installed beside this program. */
export function examineRuntimes(): Finding {
  const missing = RUNTIMES.flatMap(({ name, language, files }) => {
    const folder = findPackage(name);
    if (folder === undefined) return [`${language}: the package ${name} is not installed`];
    const lost = files.filter((file) => !statSync(path.join(folder, file), { throwIfNoEntry: false })?.size);
    return lost.length > 0 ? [`${language}: ${lost.join(' and ')} of the package ${name} is missing`] : [];
  });
  if (missing.length > 0) return sign('codeRunnerBroken', 'runtimes of code', missing.join('; '));
  return ok('runtimes of code', RUNTIMES.map(({ language }) => language).join(', '));
}

function findPackage(name: string): string | undefined {
  try {
    const [found] = createRequire(import.meta.url)
      .resolve.paths(name)!
      .flatMap((place) => {
        const folder = path.join(place, name);
        return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? [folder] : [];
      });
    return found;
  } catch {
    return undefined;
  }
}
