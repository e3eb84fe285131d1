// Runs a scripted model as a process of its own:
//
//   node scripted-model.main.mjs [--port 8123] [--rules rules.json] [--stdin]
//
// Prints {"url":"http://127.0.0.1:8123"} once it listens. `--stdin` reads one line {"rules":[],"options":{}} and ends
// when the pipe closes; without it, it ends with who started it. The sources are TypeScript that imports `.js`, so they
// are bundled in memory first.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { port: { type: 'string' }, rules: { type: 'string' }, stdin: { type: 'boolean' } },
});
if (!values.stdin) endWithStarter();

const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('./scripted-model.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
const source = Buffer.from(outputFiles[0].contents).toString('base64');
const { startScriptedModel } = await import(`data:text/javascript;base64,${source}`);

const { rules, options } = values.stdin ? await readScript() : { rules: readRules(), options: {} };
const model = await startScriptedModel({ ...options, rules, port: Number(values.port ?? options.port ?? 0) });
console.log(JSON.stringify({ url: model.url }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));

function readRules() {
  return values.rules === undefined ? [] : JSON.parse(readFileSync(values.rules, 'utf8'));
}

function readScript() {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.once('line', (line) => resolve(JSON.parse(line)));
    lines.once('close', () => process.exit(0));
  });
}

// Between npx and its program stands a shell, which a killed npx leaves behind: the one above the parent counts too.
function endWithStarter() {
  const starters = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const atFirst = starters();
  setInterval(() => starters() !== atFirst && process.exit(0), 200).unref();
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return ''; // no such process, or a system that does not say
  }
}
