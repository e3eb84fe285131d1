import { build } from 'esbuild';
import path from 'node:path';

/** Builds the script of the definition threads into a folder: threads run outside of Jest. Gives its path. */
export async function buildDefinitionThread(folder: string): Promise<string> {
  const script = path.join(folder, 'definition.thread.mjs');
  await build({
    entryPoints: [path.resolve(import.meta.dirname, '../app/definition.thread.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // CommonJS packages ask for Node's modules through `require`
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
  return script;
}
