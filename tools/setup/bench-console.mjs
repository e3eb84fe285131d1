// `npm run bench:console`: builds the product where it must, then measures its console in a browser.
import { prepare } from './prepare.mjs';
import { at } from './place.mjs';
import { runMain } from './terminal.mjs';

await runMain(async () => {
  const code = await prepare(import.meta.url, { isBuilt: true });
  if (code !== undefined) return code;
  await import(at('tools/build/source.mjs')); // not before: it wants the Node that prepare() brings
  await import(at('bench/src/console/main.ts'));
  return process.exitCode;
});
