import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { RunReport } from './api/run-report.js';
import { startInstanceBench, type InstanceBench } from './testing/instance-bench.js';
import { startTenon } from './testing/tenon.js';

let bench: InstanceBench;
let folder: string;

const FILE = 'examples/content-moderation.yml';
const SUMMARY = 'examples/templates/summarise-text.yml';
const TECHNICAL = 'Hold the reset button for ten seconds. Then use the password on the label.';
const CHAT = 'Hiking in the hills! And you?';
const REFUSAL = 'I cannot help with that. If you have another question, I am glad to answer it.';

const label = (user: string, text: string) => ({ when: { system: 'You sort messages', user }, reply: { text } });
const RULES = [
  label('Wi-Fi', 'technical_question'),
  label('weekend', 'general_chat'),
  label('idiot', 'inappropriate_content'),
  { when: { system: 'support engineer' }, reply: { text: TECHNICAL } },
  { when: { system: 'friendly' }, reply: { text: CHAT } },
];

beforeAll(async () => {
  bench = await startInstanceBench();
  folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-cli-files-'));
}, 60_000);
afterAll(async () => {
  await bench?.close();
  if (folder) await rm(folder, { recursive: true });
});
beforeEach(() => {
  bench.model.setRules(RULES);
  bench.model.resetCalls();
});

const reportOf = (stdout: string) => JSON.parse(stdout) as RunReport;
const stepsOf = ({ steps }: RunReport) => Object.fromEntries(steps.map(({ key, status }) => [key, status]));

async function newestRun(): Promise<RunReport> {
  return reportOf((await bench.tenon('show', 'last', '--json')).stdout);
}

async function countRuns(): Promise<number> {
  const { stdout } = await bench.tenon('runs', '--json', '--limit', '1000');
  return (JSON.parse(stdout) as object[]).length;
}

describe('tenon run FILE', () => {
  it('answers along each of the three branches, prints one JSON object, and says the rest beside it', async () => {
    const technical = await bench.tenon('run', FILE, '--query', 'My Wi-Fi is dead', '--json');
    expect(technical.code).toBe(0);
    expect(technical.stderr).toContain('✓ Technical answer');
    const report = reportOf(technical.stdout);
    expect(report).toMatchObject({ status: 'succeeded', answer: TECHNICAL, failure: null, version: null });
    expect(report.outputs).toMatchObject({ answer: TECHNICAL });
    expect(stepsOf(report)).toMatchObject({ technical: 'succeeded', chat: 'skipped', refuse: 'skipped' });
    const classify = report.steps.find(({ key }) => key === 'classify');
    expect(classify).toMatchObject({
      type: 'llm',
      title: 'Classify',
      inputs: { 'sys.query': 'My Wi-Fi is dead' },
      outputs: { text: 'technical_question' },
      attempts: [{ attempt: 1, execution: 1, cause: 'first', outcome: 'succeeded' }],
    });
    expect(JSON.stringify(classify?.attempts[0]?.request)).toContain('Message: My Wi-Fi is dead');
    expect(classify?.attempts[0]?.reply).toMatchObject({ text: 'technical_question' });
    expect(classify?.durationMs).toBeGreaterThanOrEqual(0);

    const chat = await bench.tenon('run', FILE, '--query', 'Plans for the weekend?');
    expect([chat.code, chat.stdout]).toEqual([0, `${CHAT}\n`]);
    const refused = await bench.tenon('run', FILE, '-q', 'You idiot', '--stream');
    expect([refused.code, refused.stdout]).toEqual([0, `${REFUSAL}\n`]);
    expect(stepsOf(await newestRun())).toMatchObject({ refuse: 'succeeded', technical: 'skipped', chat: 'skipped' });
  }, 30_000);

  it('uses one app for one file, and leaves the app of the same title alone', async () => {
    await bench.tenon('run', FILE, '-q', 'You idiot');
    const first = await newestRun();
    await bench.tenon('run', FILE, '-q', 'You idiot');
    const second = await newestRun();
    expect(second.id).not.toBe(first.id);
    expect(second.app).toEqual({ id: first.app.id, name: 'content-moderation.yml', mode: 'advanced-chat' });
  }, 30_000);

  it('reads app and value from files and standard input', async () => {
    const { ended } = bench.start(['run', 'examples/chatbot.yml', '-q', 'hi', '--json']);
    const report = reportOf((await ended).stdout);
    expect(report).toMatchObject({ status: 'succeeded', query: 'hi', answer: 'Scripted reply.' });
    const input = path.join(folder, 'message.txt');
    await writeFile(input, 'a = @b');
    const run = ['run', SUMMARY, '-i', 'length=one sentence', '--json', '-i'];
    const fromFile = await bench.tenon(...run, `text=@${input}`);
    expect(reportOf(fromFile.stdout).inputs).toEqual({ text: 'a = @b', length: 'one sentence' });
    const fromStdin = await bench.start([...run, 'text=@-'], 'piped').ended;
    expect(reportOf(fromStdin.stdout).inputs).toEqual({ text: 'piped', length: 'one sentence' });
  }, 30_000);

  it('goes on with a conversation', async () => {
    const first = reportOf((await bench.tenon('run', 'Chatbot', '-q', 'I am Ada', '--json')).stdout);
    const args = ['run', 'Chatbot', '-q', 'Who am I?', '--conversation', first.conversationId ?? '', '--json'];
    const second = reportOf((await bench.tenon(...args)).stdout);
    expect(second.conversationId).toBe(first.conversationId);
    expect(JSON.stringify(bench.model.calls().at(-1)?.body)).toContain('I am Ada');
  }, 30_000);

  it('is the same run for the same key', async () => {
    const args = ['run', 'Chatbot', '-q', 'once', '--idempotency-key', 'once', '--json'];
    const [first, second] = [await bench.tenon(...args), await bench.tenon(...args)];
    expect(reportOf(second.stdout).id).toBe(reportOf(first.stdout).id);
    expect(bench.model.counts().total).toBe(1);
  }, 30_000);
});

describe('wrong input', () => {
  it('ends with 2, says where it is wrong, and no run exists', async () => {
    const before = await countRuns();
    const cases: [string[], string][] = [
      [['run', SUMMARY, '-i', 'length=one sentence'], 'inputs.text: text is required'],
      [['run', SUMMARY, '-i', 'txet=x'], 'it has text (paragraph, required)'],
      [['run', SUMMARY, '-i', 'text'], 'name=value'],
      [['run', 'Translate and review', '-i', 'text=x', '-i', 'language=Klingon'], 'inputs.language: language'],
      [['run', 'Translate and review', '-q', 'x'], 'takes no --query'],
      [['run', 'no such app'], 'There is no app "no such app"'],
      [['run', 'no-such-file.yml'], 'There is no file no-such-file.yml'],
      [['run', 'Chatbot', '--conversation', 'nobodys', '-q', 'x'], 'no such conversation'],
      [['show', 'nobodys'], 'There is no run nobodys'],
      [['stop', 'nobodys'], 'There is no such run'],
      [['runs', '--status', 'happy'], 'needsAttention'],
      [['frobnicate'], "unknown command 'frobnicate'"],
    ];
    const ended = await Promise.all(cases.map(([args]) => bench.tenon(...args)));
    expect(ended.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(() => [2, '']));
    cases.forEach(([, sentence], index) => expect(ended[index]?.stderr).toContain(sentence));
    expect(await countRuns()).toBe(before);
  }, 60_000);

  it('of an app file lists every issue with its place, and nothing is kept', async () => {
    const file = path.join(folder, 'broken.yml');
    await writeFile(file, 'app: {name: X}\nkind: app\nversion: 1.5\nworkflow: {graph: {nodes: 7}}\n');
    const { code, stdout, stderr } = await bench.tenon('import', file);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/error {4}app\.mode/);
    expect(stderr).toContain('Nothing was imported');
    expect((await bench.tenon('run', 'X')).stderr).toContain('There is no app "X"');
  }, 30_000);
});

describe('an app file with errors that can be read', () => {
  it('is taken in with 0 and the errors, and refused with 2 when it is to be published', async () => {
    const file = path.join(folder, 'unfinished.yml');
    const nodes = '[{id: b, data: {type: if-else, title: Branch, cases: all}}]';
    await writeFile(
      file,
      `app: {name: Unfinished, mode: workflow}\nkind: app\nversion: "0.3.0"\nworkflow: {graph: {nodes: ${nodes}}}\n`,
    );
    const taken = await bench.tenon('import', file);
    expect([taken.code, taken.stdout]).toEqual([0, expect.stringContaining('Imported "Unfinished"')]);
    expect(taken.stderr).toMatch(
      /error .*"Branch": cases: a list is needed here, not text\. {2}\[node\.invalidConfig\]/,
    );
    expect(taken.stderr).toContain('cannot be published or run before the errors are corrected');
    expect(await bench.tenon('import', file, '--publish')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('It was not published'),
    });
  }, 30_000);
});

describe('a run that does not succeed', () => {
  it('ends with 1 and says in plain words why, now and afterwards', async () => {
    bench.model.setRules([{ fault: { kind: 'status', status: 401, message: 'Incorrect API key provided.' } }]);
    const { code, stdout, stderr } = await bench.tenon('run', 'Chatbot', '-q', 'x');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/✗ failed after .*: Reply: .*\[model\.\w+\]/);
    const shown = await bench.tenon('show', 'last');
    expect(shown.stdout).toMatch(/✗ Reply {2}llm · failed/);
    expect(shown.stdout).toContain('user: x');
    expect((await bench.tenon('runs', '--status', 'failed', '--app', 'Chatbot')).stdout).toContain('failed');
  }, 30_000);

  it('is named with the request that started it, under which the logs tell of its steps', async () => {
    bench.model.setRules([{ fault: { kind: 'status', status: 401, message: 'Incorrect API key provided.' } }]);
    const run = await bench.tenon('run', 'Chatbot', '-q', 'x', '--json');
    const { id, requestId } = reportOf(run.stdout);
    expect((await bench.tenon('show', id)).stdout).toMatch(new RegExp(`^Request +${requestId}$`, 'm'));
    const [newest] = JSON.parse((await bench.tenon('runs', '--json', '--limit', '1')).stdout) as object[];
    expect(newest).toMatchObject({ id, requestId });
    const logged = bench.worker.lastOutput.split('\n').filter((line) => line.includes(String(requestId)));
    expect(logged.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ msg: 'a step failed', runId: id, stepKey: 'llm' }),
    );
  }, 30_000);

  it('ends with 3 when somebody stops it', async () => {
    bench.model.setRules([{ reply: { text: 'a b c', holdAfter: 1 } }]);
    const run = bench.start(['run', 'Chatbot', '-q', 'x', '--stream']);
    await run.waitFor('stdout', 'a');
    const { id } = await newestRun();
    const stopped = await bench.tenon('stop', 'last', '--reason', 'enough');
    expect([stopped.code, stopped.stdout]).toEqual([
      0,
      expect.stringMatching(`^Run ${id} stopped after .*: enough\n$`),
    ]);
    expect(await run.ended).toMatchObject({ code: 3, stderr: expect.stringContaining('stopped after') });
  }, 30_000);

  it('goes on when Ctrl-C or --timeout end the command, which say how to follow and stop it', async () => {
    bench.model.setRules([{ reply: { text: 'a b c', holdAfter: 1 } }]);
    const run = bench.start(['run', 'Chatbot', '-q', 'x', '--stream']);
    await run.waitFor('stdout', 'a');
    const { id } = await newestRun();
    run.child.kill('SIGINT');
    const interrupted = await run.ended;
    expect(interrupted).toMatchObject({ code: 130, stderr: expect.stringContaining(`"tenon stop ${id}" stops it`) });
    const late = await bench.tenon('run', 'Chatbot', '-q', 'y', '--timeout', '1', '--json');
    expect(late).toMatchObject({ code: 124, stdout: '', stderr: expect.stringContaining('goes on') });
    expect((await newestRun()).status).toBe('running');
    bench.model.release();
    await expect(bench.tenon('run', 'Chatbot', '-q', 'z', '--timeout', 'soon')).resolves.toMatchObject({ code: 2 });
  }, 30_000);
});

describe('a run whose processes die', () => {
  const PARTS = Array.from({ length: 40 }, (_, index) => `part ${index} `);

  it('is streamed without gap or duplicate when the API is killed in its middle', async () => {
    bench.model.setRules([{ reply: { text: PARTS, holdAfter: 20 } }]);
    const run = bench.start(['run', 'Chatbot', '-q', 'long', '--stream']);
    await run.waitFor('stdout', 'part 19');
    await bench.api.kill();
    await run.waitFor('stderr', 'The connection was lost');
    bench.model.release();
    await bench.api.start();
    const { code, stdout, stderr } = await run.ended;
    expect([code, stdout]).toEqual([0, `${PARTS.join('')}\n`]);
    expect(stderr).toContain('The connection is back');
    expect(stderr.match(/^✓ (Start|Reply|Answer)\b/gm)).toEqual(['✓ Start', '✓ Reply', '✓ Answer']);
    expect(bench.model.counts().total).toBe(1);
  }, 40_000);

  it('is told anew when the worker is lost and the model answers otherwise the second time', async () => {
    bench.model.setRules([
      { when: { nth: 1 }, reply: { text: ['first ', 'answer'], holdAfter: 1 } },
      { reply: { text: 'another one' } },
    ]);
    const run = bench.start(['run', 'Chatbot', '-q', 'x', '--stream']);
    await run.waitFor('stdout', 'first');
    await bench.worker.kill();
    await bench.worker.start();
    const { code, stdout, stderr } = await run.ended;
    expect([code, stdout]).toEqual([0, 'first \nanother one\n']);
    expect(stderr).toContain('here it is anew');
    const shown = await bench.tenon('show', 'last');
    expect(shown.stdout).toContain('done again, its worker was lost, succeeded');
  }, 60_000);
});

describe('the instance', () => {
  it('is looked at by the doctor, who asks nothing to be done', async () => {
    const { code, stdout } = await bench.tenon('doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { level: string; what: string; state: string }[] };
    expect([code, findings.filter(({ level }) => level !== 'ok')]).toEqual([0, []]);
    expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['api', 'database', 'workers', 'runs']));
  }, 30_000);

  it('lists providers and the local model', async () => {
    const { stdout } = await bench.tenon('models');
    expect(stdout).toContain(bench.model.baseUrl);
    expect(stdout).toContain('Local model: switched off by TENON_LOCAL_MODEL');
    expect(await bench.tenon('models', 'pull')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('switched off'),
    });
  }, 30_000);

  it('gives the owner a new password', async () => {
    const { code, stdout } = await bench.tenon('owner', 'reset');
    expect(code).toBe(0);
    const password = /^Password: {3}(\S+)$/m.exec(stdout)?.[1];
    const response = await fetch(`${bench.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation ($input: SignInInput!) { signIn(input: $input) { viewer { email } } }',
        variables: { input: { email: 'owner@tenon.local', password } },
      }),
    });
    expect(await response.json()).toEqual({ data: { signIn: { viewer: { email: 'owner@tenon.local' } } } });
  }, 30_000);

  it('that does not answer, or does not know the token, ends commands with 4', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, TENON_DATA_DIR: folder };
    const nowhere = { ...env, TENON_URL: 'http://127.0.0.1:9', TENON_TOKEN: bench.token };
    const away = await startTenon(['runs'], nowhere).ended;
    expect(away).toMatchObject({ code: 4, stderr: expect.stringContaining('Nothing answers at http://127.0.0.1:9') });
    expect((await startTenon(['doctor'], nowhere).ended).code).toBe(4);
    const stranger = await startTenon(['runs'], { ...env, TENON_URL: bench.url, TENON_TOKEN: 'x'.repeat(32) }).ended;
    expect(stranger).toMatchObject({ code: 4, stderr: expect.stringContaining('does not know the token') });
    const without = await startTenon(['runs'], { ...env, TENON_URL: bench.url }).ended;
    expect(without).toMatchObject({ code: 4, stderr: expect.stringContaining('TENON_TOKEN is not set') });
  }, 30_000);
});
