import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { runPull } from './pull-command.js';
import { buildModel, FakePip } from './testing/synthetic-model.js';

let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tenon-pull-'))));
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

async function run(isTTY: boolean): Promise<string> {
  const model = buildModel();
  const pip = new FakePip(path.join(folder, 'pip'));
  pip.offerAll(model);
  let text = '';
  const output = Object.assign(
    new Writable({ write: (chunk: Buffer, _encoding, done) => ((text += chunk.toString()), done()) }),
    { isTTY },
  );
  await runPull(
    model.manifest,
    { folders: { cache: folder }, env: pip.env, signal: new AbortController().signal },
    output,
  );
  return text;
}

it('writes lines with bytes, percent and time where no terminal is', async () => {
  const lines = (await run(false)).trimEnd().split('\n');
  expect(lines[0]).toBe('Synthetic (Apache-2.0), 3.0 MB');
  expect(lines[1]).toBe('downloading 0.0 MB of 3.0 MB (0 %), 0 s');
  expect(lines.at(-2)).toMatch(/^verifying 3\.0 MB of 3\.0 MB \(100 %\), \d+ s$/);
  expect(lines.at(-1)).toMatch(/synthetic\.gguf is complete \(\d+ s\)$/);
});

it('rewrites one line on a terminal', async () => {
  const text = await run(true);
  expect(text).toContain('\r\u001b[Kverifying 3.0 MB of 3.0 MB (100 %)');
  expect(text.split('\n')).toHaveLength(3);
});
