// `npm run screenshots`: builds the product where it must, then takes a picture of every page of the console.
import { prepare } from './prepare.mjs';
import { at } from './place.mjs';
import { runMain } from './terminal.mjs';

await runMain(async () => {
  const code = await prepare(import.meta.url, { isBuilt: true });
  if (code !== undefined) return code;
  await import(at('tools/build/source.mjs')); // not before: it wants the Node that prepare() brings
  await import(at('e2e/src/screenshots.ts'));
  return process.exitCode;
});
