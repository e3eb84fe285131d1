// `npm run fix`: formats, fixes what lint can fix, and writes the generated files.
import { generatorArgs, generators } from './checks.mjs';
import { runInstead, toolEnv } from './command.mjs';
import { prepare } from './prepare.mjs';
import { runMain } from './terminal.mjs';

await runMain(async () => {
  const code = await prepare(import.meta.url);
  if (code !== undefined) return code;
  for (const name of generators) {
    const result = await runInstead(process.execPath, generatorArgs(name));
    if (result !== 0) return result;
  }
  const schema = await runInstead('npx', ['jest', '-c', 'apps/api/jest.config.cjs', 'schema.spec'], {
    env: toolEnv({ TENON_WRITE_SCHEMA: '1', NODE_OPTIONS: '--experimental-vm-modules' }),
  });
  if (schema !== 0) return schema;
  const lint = await runInstead('npx', ['nx', 'run-many', '-t', 'lint', '--parallel', '2', '--', '--fix']);
  return (await runInstead('npx', ['prettier', '--write', '--log-level', 'warn', '.'])) || lint;
});
