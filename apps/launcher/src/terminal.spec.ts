import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { LogOutput } from './log-output.js';
import { amount, Terminal } from './terminal.js';

function open(isInteractive: boolean) {
  const output = new PassThrough();
  return {
    terminal: new Terminal(output, isInteractive),
    shown: () => (output.read() as Buffer | null)?.toString() ?? '',
  };
}

describe('Terminal', () => {
  it('says that a step begins and ends, and for how long it took', async () => {
    const { terminal, shown } = open(false);
    expect(await terminal.step('Starting', async () => 7)).toBe(7);
    expect(shown()).toBe('Starting …\n✓ Starting (0 s)\n');
  });

  it('marks a step that failed and hands on the reason', async () => {
    const { terminal, shown } = open(false);
    await expect(terminal.step('Starting', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(shown()).toContain('✗ Starting (0 s)\n');
  });

  it('speaks JSON where machines listen, and leaves alone what is JSON already', async () => {
    const { terminal, shown } = open(true);
    terminal.obey({ level: 'info', format: 'json' });
    await terminal.step('Starting', async () => undefined);
    terminal.print('\n');
    terminal.printOf('temporal', 'no JSON');
    terminal.printOf('api', '{"level":"info","name":"api","msg":"x"}');
    const lines = shown().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'info', name: 'launcher', msg: 'Starting …', time: expect.any(String) }),
      expect.objectContaining({ name: 'launcher', msg: '✓ Starting (0 s)' }),
      expect.objectContaining({ name: 'temporal', msg: 'no JSON' }),
      { level: 'info', name: 'api', msg: 'x' },
    ]);
  });

  it('leaves out what is less severe than asked for, and never what whoever started Tenon must know', async () => {
    const { terminal, shown } = open(false);
    terminal.obey({ level: 'warn', format: 'text' });
    expect(await terminal.step('Starting', async () => 7)).toBe(7);
    terminal.print('local model: 1 MB');
    terminal.print('api is started again', 'warn');
    terminal.tell('the password');
    terminal.printOf('api', 'chosen by the process itself');
    expect(shown()).toBe('api is started again\nthe password\napi          │ chosen by the process itself\n');
  });

  it('says to machines how severe a line is', () => {
    const { terminal, shown } = open(false);
    terminal.obey({ level: 'error', format: 'json' });
    terminal.print('api is started again', 'warn');
    terminal.tell('it failed', 'error');
    expect(JSON.parse(shown())).toMatchObject({ level: 'error', name: 'launcher', msg: 'it failed' });
  });

  describe('over time', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('repeats a step that lasts every ten seconds, with how far it is', async () => {
      const { terminal, shown } = open(false);
      const work = terminal.step('Fetching', async (show) => {
        show('12 of 44 MB');
        await new Promise((resolve) => setTimeout(resolve, 25_000));
      });
      await jest.advanceTimersByTimeAsync(26_000);
      await work;
      expect(
        shown()
          .split('\n')
          .filter((line) => line.startsWith('Fetching: 12 of 44 MB')),
      ).toEqual(['Fetching: 12 of 44 MB (10 s)', 'Fetching: 12 of 44 MB (20 s)']);
    });

    it('rewrites one line in a terminal and keeps other lines above it', async () => {
      const { terminal, shown } = open(true);
      const work = terminal.step('Fetching', () => new Promise((resolve) => setTimeout(resolve, 2000)));
      await jest.advanceTimersByTimeAsync(1100);
      terminal.print('api │ hello');
      expect(shown()).toContain('\r\x1b[2KFetching (1 s)\r\x1b[2Kapi │ hello\nFetching (1 s)');
      await jest.advanceTimersByTimeAsync(1000);
      await work;
      expect(shown()).toContain('\r\x1b[2K✓ Fetching (2 s)\n');
    });
  });
});

describe('amount', () => {
  it.each([
    [12_400_000, 44_000_000, '12 of 44 MB'],
    [900_000, undefined, '1 MB'],
  ])('writes %s of %s as %s', (done, total, text) => expect(amount(done, total)).toBe(text));
});

describe('LogOutput', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('shows lines under the name of their process and keeps them in a file of their own', async () => {
    const { terminal, shown } = open(false);
    const logs = new LogOutput(folder, terminal);
    logs.for('api')('hello');
    logs.for('postgres', { isQuiet: true })('checkpoint');
    await logs.close();
    expect(shown()).toBe('api          │ hello\n');
    expect(await readFile(path.join(folder, 'api.log'), 'utf8')).toBe('hello\n');
    expect(await readFile(path.join(folder, 'postgres.log'), 'utf8')).toBe('checkpoint\n');
  });

  it('colours the names in a terminal', async () => {
    const { terminal, shown } = open(true);
    const logs = new LogOutput(folder, terminal);
    logs.for('api')('hello');
    await logs.close();
    expect(shown()).toBe('\x1b[36mapi         \x1b[0m │ hello\n');
  });

  it('keeps a few files of limited size', async () => {
    const logs = new LogOutput(folder, open(false).terminal, '10K');
    const write = logs.for('worker', { isQuiet: true });
    for (let i = 0; i < 100; i++) {
      write('x'.repeat(1000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await logs.close();
    const files = await readdir(folder);
    expect(files.length).toBeGreaterThan(1);
    expect(files.length).toBeLessThanOrEqual(4);
  });
});
