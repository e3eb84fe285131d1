import { PassThrough } from 'node:stream';
import { loadConfig } from './config.js';
import { rememberSecret } from './known-secrets.js';
import { withLogFields } from './log-context.js';
import { createLogger, type LoggerOptions } from './logger.js';

function logged(write: (log: ReturnType<typeof createLogger>) => void, options: Partial<LoggerOptions> = {}): string {
  const destination = new PassThrough();
  write(createLogger({ level: 'info', format: 'json', name: 'test', ...options, destination }));
  return (destination.read() as Buffer | null)?.toString() ?? '';
}

describe('createLogger', () => {
  it('writes one JSON object per line, with level, name, time and fields', () => {
    const line: unknown = JSON.parse(logged((log) => log.info({ runId: 'r1', ms: 5 }, 'step succeeded')));
    expect(line).toMatchObject({ level: 'info', name: 'test', runId: 'r1', ms: 5, msg: 'step succeeded' });
    expect((line as { time: string }).time).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it('writes a readable line for people', () => {
    expect(logged((log) => log.warn({ port: 1 }, 'port taken'), { format: 'text' })).toMatch(
      /^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: port taken \{"port":1\}\n$/,
    );
  });

  it('leaves out what is below its level', () => {
    expect(logged((log) => log.debug({}, 'why'))).toBe('');
    expect(logged((log) => log.debug({}, 'why'), { level: 'debug' })).toContain('"why"');
  });

  it('repeats the fields of a child in its every line', () => {
    const output = logged((log) => log.child({ teamId: 't' }).child({ runId: 'r' }).error({ a: 1 }, 'x'));
    expect(JSON.parse(output)).toMatchObject({ teamId: 't', runId: 'r', a: 1, level: 'error' });
  });

  it('writes an error with its code and the chain of its causes', () => {
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'area.reason' });
    const line = JSON.parse(logged((log) => log.error({ error }, 'failed'))) as { error: Record<string, unknown> };
    expect(line.error).toMatchObject({
      message: 'outer',
      code: 'area.reason',
      cause: { name: 'TypeError', message: 'inner' },
    });
    expect(line.error['stack']).toContain('logger.spec');
  });

  const canary = 'c4n4ry-value-12345';
  it.each<[string, object]>([
    ['a field named like a secret', { apiKey: canary }],
    ['a nested header', { request: { headers: { Authorization: canary, 'set-cookie': [canary] } } }],
    ['a bearer token in a text', { body: `echo: Authorization: Bearer ${canary}` }],
    [
      'the password of a database address',
      { url: `connect to postgres://tenon:${canary}@127.0.0.1:5432/tenon failed` },
    ],
    ['a key in a query string', { url: `https://api.example/v1?a=1&api_key=${canary}&b=2` }],
    ['a vendor key', { note: `sk-${canary}` }],
    ['the message and cause of an error', { error: new Error(`Bearer ${canary}`, { cause: { password: canary } }) }],
    ['a map', { headers: new Map([['cookie', canary]]) }],
  ])('keeps secrets out of %s', (_, fields) => {
    for (const format of ['json', 'text'] as const) {
      const output = logged((log) => log.child(fields as never).error(fields as never, 'failed'), { format });
      expect(output).toContain('[redacted]');
      expect(output).not.toContain(canary);
    }
  });

  it('keeps known secrets out wherever they appear, also in the message', () => {
    const secret = 'kn0wn "value" 4711';
    rememberSecret(secret);
    const texts = [`x${secret}y`, JSON.stringify(secret), encodeURIComponent(secret), btoa(`user:${secret}`)];
    const output = logged((log) => log.info({ deep: [{ texts }], [secret]: 1 }, `with ${secret}`));
    expect(output).not.toMatch(/4711|NDcxMQ|Q3MTE|0NzEx/);
    expect(output.match(/\[redacted\]/g)).toHaveLength(6);
  });

  it('keeps the secrets of the settings out, and the password of an address alone', () => {
    const key = 'c4n4ry-of-settings';
    loadConfig({ OPENAI_API_KEY: key, TENON_DATABASE_URL: 'postgres://u:p4ssw0rd-4712@h/d' });
    expect(logged((log) => log.info({ text: `${key} p4ssw0rd-4712` }, 'x'))).toContain('[redacted] [redacted]');
  });

  it('keeps the secrets of the settings out, however many others were opened since', () => {
    const opened = Array.from({ length: 300 }, (_, index) => `0pened-secret-${index}-`);
    loadConfig({ TENON_DATABASE_URL: 'postgres://u:p4ssw0rd-4713@h/d' });
    opened.forEach(rememberSecret);
    const text = `p4ssw0rd-4713 ${opened.at(-1)} ${opened[0]}`;
    expect(JSON.parse(logged((log) => log.info({ text }, 'x')))).toMatchObject({
      text: `[redacted] [redacted] ${opened[0]}`,
    });
  });

  it('is quick with long texts of any form', () => {
    const texts = ['a.', 'a:', 'a://', 'bearer ', 'sk-', '&key='].flatMap((piece) =>
      Array.from({ length: 5 }, () => piece.repeat(100_000 / piece.length)),
    );
    const from = performance.now();
    logged((log) => log.info({ texts }, 'x'));
    expect(performance.now() - from).toBeLessThan(15_000);
  }, 60_000);

  it('cuts a long text, and never in the middle of a secret', () => {
    const secret = 'kn0wn secret of two words 4714';
    rememberSecret(secret);
    for (let before = 16_384 - 60; before < 16_384 + 10; before += 1)
      for (const kept of [secret, 'https://ann:c4n4ry-4715@example.org', 'Bearer c4n4ry-4715-c4n4ry']) {
        const text = `${'x '.repeat(before / 2)}${kept}${' x'.repeat(50_000)}`;
        const output = logged((log) => log.info({ text }, 'x'));
        expect(output).not.toMatch(/kn0wn|words|c4n4/);
        expect(output).toContain('characters left out');
        expect(output.length).toBeLessThan(17_000);
      }
  });

  it('carries the fields of what it is logged in', async () => {
    const output = await withLogFields({ requestId: 'q', stepKey: 'a' }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return withLogFields({ stepKey: 'b' }, () => logged((log) => log.info({ ms: 1 }, 'x')));
    });
    expect(JSON.parse(output)).toMatchObject({ requestId: 'q', stepKey: 'b', ms: 1 });
  });

  it('leaves counts of tokens and step keys as they are', () => {
    const output = logged((log) => log.info({ promptTokens: 12, totalTokens: '30', stepKey: 'llm' }, 'usage'));
    expect(JSON.parse(output)).toMatchObject({ promptTokens: 12, totalTokens: '30', stepKey: 'llm' });
  });

  it('survives cycles, big integers and bytes', () => {
    const loop: Record<string, unknown> = { big: 10n, bytes: new Uint8Array(3) };
    loop['self'] = loop;
    expect(JSON.parse(logged((log) => log.info({ loop }, 'odd')))).toMatchObject({
      loop: { big: '10', bytes: '[3 bytes]', self: '[circular]' },
    });
  });
});
