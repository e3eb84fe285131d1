import path from 'node:path';
import { loadConfig, reachableHost, secretValues } from './config.js';
import type { Setting } from './setting.js';
import { settings } from './settings.js';

const all = Object.values(settings).flatMap((group) => Object.values(group) as Setting[]);
const problemsOf = (env: Record<string, string>): unknown => {
  try {
    loadConfig(env);
  } catch (error) {
    return (error as { details: { problems: unknown } }).details.problems;
  }
  return [];
};

describe('loadConfig', () => {
  it('has a usable default for an empty environment', () => {
    const config = loadConfig({ HOME: '/home/ann' });
    expect(config.server).toEqual({
      port: 4180,
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:4180',
      corsOrigins: [],
      sessionDays: 30,
      trustedProxies: [],
    });
    expect(config.data).toEqual({
      folder: path.resolve('.tenon'),
      cacheFolder: '/home/ann/.cache/tenon',
      objectsFolder: path.resolve('.tenon/objects'),
    });
    expect(config.runs).toEqual({ maxSteps: 10_000, maxSeconds: 86_400, teamMaxRuns: 100 });
    expect(config.models).toEqual({
      ...{ firstTokenSeconds: 120, idleSeconds: 60, maxReplyBytes: 10_485_760 },
      ...{ maxPromptTokens: 500_000, maxReplyTokens: 65_536, teamTokensPerDay: undefined },
    });
    expect(config.database).toEqual({ url: undefined, poolSize: 10 });
  });

  it('reads what is set, cuts slashes from addresses and splits lists', () => {
    const config = loadConfig({
      TENON_PORT: '80',
      TENON_PUBLIC_URL: 'https://tenon.example/',
      TENON_DATA_DIR: '/data',
      XDG_CACHE_HOME: '/cache',
      TENON_OUTBOUND_ALLOW: ' 10.0.0.0/8, fd00::/8 ,192.168.1.7',
      TENON_CORS_ORIGINS: 'https://a.example,http://127.0.0.1:4200',
      TENON_LOCAL_MODEL: 'off',
    });
    expect(config.server).toMatchObject({ port: 80, publicUrl: 'https://tenon.example' });
    expect(config.data).toEqual({ folder: '/data', cacheFolder: '/cache/tenon', objectsFolder: '/data/objects' });
    expect(config.outbound.allow).toEqual(['10.0.0.0/8', 'fd00::/8', '192.168.1.7']);
    expect(config.server.corsOrigins).toEqual(['https://a.example', 'http://127.0.0.1:4200']);
    expect(config.localModels.mode).toBe('off');
  });

  it('takes a variable that is set to nothing as not set', () => {
    expect(loadConfig({ TENON_PORT: '', TENON_DATABASE_URL: ' ' })).toMatchObject({
      server: { port: 4180 },
      database: { url: undefined },
    });
  });

  it('lists every problem at once, each as a sentence with the value that was wrong', () => {
    expect(
      problemsOf({
        TENON_PORT: '0',
        TENON_RUN_MAX_STEPS: '1e4',
        TENON_LOG_LEVEL: 'loud',
        TENON_OUTBOUND_ALLOW: '10.0.0.0/33',
      }),
    ).toEqual([
      'TENON_PORT must be a whole number from 1 to 65535, not "0".',
      'TENON_OUTBOUND_ALLOW must be addresses or nets such as 10.1.0.0/16, separated by commas, not "10.0.0.0/33".',
      'TENON_RUN_MAX_STEPS must be a whole number from 1 to 1000000, not "1e4".',
      'TENON_LOG_LEVEL must be debug or info or warn or error, not "loud".',
    ]);
  });

  it.each([
    ['TENON_PORT', '65536'],
    ['TENON_PORT', '-1'],
    ['TENON_HOST', 'a b'],
    ['TENON_PUBLIC_URL', 'ftp://a'],
    ['TENON_PUBLIC_URL', 'tenon.example'],
    ['TENON_DATABASE_URL', 'mysql://a'],
    ['TENON_TEMPORAL_ADDRESS', '127.0.0.1'],
    ['TENON_SECRET_KEY', 'ab'],
    ['TENON_CORS_ORIGINS', 'https://a.example/path'],
    ['TENON_OUTBOUND_ALLOW', 'intranet'],
    ['TENON_OUTBOUND_ALLOW', '10.0.0.0/8/8'],
    ['TENON_OWNER_EMAIL', 'ann'],
  ])('refuses %s=%s', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be `)]);
  });

  it.each(['TENON_CODE_RUNNER_TOKEN', 'TENON_LOCAL_MODELS_TOKEN', 'TENON_OWNER_TOKEN'])(
    'B27 refuses for %s what everybody can guess, without repeating it',
    (name) => {
      const guessed = ['dify-sandbox', 'changeme', 'please-change-me', 'replace_this', 'example-token', 'default-key'];
      for (const value of [...guessed, 'your-token-here', 'my-secret', 'passwordpassword', 'x', '012345'])
        expect(problemsOf({ [name]: value.padEnd(40, '-') })).toEqual([
          expect.stringMatching(`^${name} must be text of at least \\d+ characters that nobody can guess`),
        ]);
      expect(problemsOf({ [name]: 'f3c1e0a94b7d2865f3c1e0a94b7d2865' })).toEqual([]);
    },
  );

  it('takes no password of the owner that nobody could sign in with or change to', () => {
    const refusal = ['TENON_OWNER_PASSWORD must be text of 10 to 256 characters.'];
    for (const length of [9, 257]) expect(problemsOf({ TENON_OWNER_PASSWORD: 'x'.repeat(length) })).toEqual(refusal);
    for (const length of [10, 256]) expect(problemsOf({ TENON_OWNER_PASSWORD: 'x'.repeat(length) })).toEqual([]);
  });

  it('never repeats a secret in a problem', () => {
    expect(problemsOf({ TENON_SECRET_KEY: 'hunter2', TENON_DATABASE_URL: 'http://u:hunter2@h/' })).toEqual([
      'TENON_DATABASE_URL must be a postgres:// address.',
      'TENON_SECRET_KEY must be 64 hexadecimal digits (32 bytes).',
    ]);
  });

  it('names what a process cannot do without', () => {
    expect(() => loadConfig({ TENON_TEMPORAL_ADDRESS: 'a:7233' }, ['database.url', 'temporal.address'])).toThrow(
      /^TENON_DATABASE_URL is not set: Postgres that holds the record\.$/,
    );
    const url: string = loadConfig({ TENON_DATABASE_URL: 'postgres://a/b' }, ['database.url']).database.url;
    expect(url).toBe('postgres://a/b');
  });

  it('gives a configuration that nobody can change', () => {
    const config = loadConfig({}) as { server: { port: number } };
    expect(() => (config.server.port = 1)).toThrow(TypeError);
  });
});

describe('settings', () => {
  it('have names of their own', () => {
    expect(new Set(all.map((setting) => setting.name)).size).toBe(all.length);
  });

  it.each(all.map((setting) => [setting.name, setting] as const))(
    '%s accepts its own default and says what it means',
    (_, setting) => {
      if (setting.fallback !== undefined) expect(setting.type.schema.safeParse(setting.fallback).success).toBe(true);
      expect(setting.meaning).toMatch(/^[^.]{10,}$/);
      expect(setting.usedBy.length).toBeGreaterThan(0);
    },
  );
});

describe('secretValues', () => {
  it('lists the secrets that are set and nothing else', () => {
    const config = loadConfig({ OPENAI_API_KEY: 'sk-1', TENON_DATABASE_URL: 'postgres://u:p@h/d', OPENAI_MODEL: 'm' });
    expect(secretValues(config)).toEqual(['postgres://u:p@h/d', 'p', 'sk-1']);
  });
});

describe('reachableHost', () => {
  it.each([
    ['0.0.0.0', '127.0.0.1'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
    ['tenon.example', 'tenon.example'],
  ])('turns %s into %s', (given, expected) => expect(reachableHost(given)).toBe(expected));
});
