import { loadConfig } from '@tenon/platform';
import os from 'node:os';
import { commandOf, programs, type Wiring } from './processes.js';

const wiring: Wiring = {
  databaseUrl: 'postgres://secret@127.0.0.1/tenon',
  temporalAddress: '127.0.0.1:7233',
  codeRunner: { port: 1111, token: 'code-token' },
  localModels: { port: 2222, token: 'model-token' },
  statusFile: '/data/status.json',
  owner: { TENON_OWNER_TOKEN: 'owner-token', TENON_OWNER_EMAIL: 'o@x', TENON_OWNER_PASSWORD: 'pw' },
};
const env = {
  PATH: '/bin',
  https_proxy: 'http://proxy',
  PIP_INDEX_URL: 'https://index',
  OPENAI_API_KEY: 'sk-1',
  TENON_OUTBOUND_ALLOW: '10.0.0.0/8',
  TENON_LOG_LEVEL: 'debug',
  AWS_SECRET_ACCESS_KEY: 'aws',
  NODE_OPTIONS: '--inspect',
};
const commandFor = (name: keyof typeof programs) =>
  commandOf(name, '/dist', loadConfig({ ...env, TENON_DATA_DIR: '/data', XDG_CACHE_HOME: '/cache' }), wiring, env);
const envOf = (name: keyof typeof programs) => commandFor(name).env;

describe('commandOf', () => {
  it('gives the API and the worker what they need to find the others', () => {
    for (const name of ['api', 'worker'] as const) {
      expect(envOf(name)).toMatchObject({
        PATH: '/bin',
        https_proxy: 'http://proxy',
        OPENAI_API_KEY: 'sk-1',
        TENON_DATA_DIR: '/data',
        TENON_OBJECTS_DIR: '/data/objects',
        TENON_DATABASE_URL: wiring.databaseUrl,
        TENON_LOCAL_MODELS_URL: 'http://127.0.0.1:2222',
        TENON_LOCAL_MODELS_TOKEN: 'model-token',
        TENON_LOG_LEVEL: 'debug',
      });
    }
    expect(envOf('worker')).toMatchObject({
      TENON_TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TENON_CODE_RUNNER_URL: 'http://127.0.0.1:1111',
      TENON_CODE_RUNNER_TOKEN: 'code-token',
      TENON_OUTBOUND_ALLOW: '10.0.0.0/8',
    });
    expect(envOf('api')).toMatchObject({ ...wiring.owner, TENON_LAUNCHER_STATUS_FILE: '/data/status.json' });
    expect(envOf('worker')).not.toHaveProperty('TENON_OWNER_PASSWORD');
  });

  it('S1 says where to ask whether the process that runs code hangs', () => {
    expect(commandFor('code-runner').probeUrl).toBe('http://127.0.0.1:1111/health');
    expect(commandFor('worker').probeUrl).toBeUndefined();
  });

  it('gives the process that runs code nothing that code should not see', () => {
    for (const name of Object.keys(envOf('code-runner'))) {
      expect(name).not.toMatch(/^(TENON_(DATABASE|SECRET|OWNER|LOCAL_MODELS|TEMPORAL|OUTBOUND)|OPENAI|AWS|NODE_)/);
    }
    expect(envOf('code-runner')).toMatchObject({
      TENON_CODE_RUNNER_PORT: '1111',
      TENON_CODE_RUNNER_TOKEN: 'code-token',
    });
  });

  it('gives the local models their port, their token, the cache, and the settings of pip', () => {
    expect(envOf('local-models')).toMatchObject({
      TENON_LOCAL_MODELS_PORT: '2222',
      TENON_LOCAL_MODELS_TOKEN: 'model-token',
      TENON_CACHE_DIR: '/cache/tenon',
      PIP_INDEX_URL: 'https://index',
    });
    expect(envOf('local-models')).not.toHaveProperty('OPENAI_API_KEY');
  });

  it('W9 gives every program a ceiling of heap: the one that is set, else one that the machine has room for', () => {
    const heapsOf = (more: Record<string, string>) => {
      const config = loadConfig({ TENON_DATA_DIR: '/data', ...more });
      const names = Object.keys(programs) as (keyof typeof programs)[];
      return Object.fromEntries(names.map((name) => [name, commandOf(name, '/dist', config, wiring, env).heapMb]));
    };
    const set = { TENON_WORKER_HEAP_MB: '700', TENON_API_HEAP_MB: '600', TENON_CODE_RUNNER_HEAP_MB: '300' };
    expect(heapsOf(set)).toEqual({ worker: 700, api: 600, 'code-runner': 300, 'local-models': 512 });
    const heaps = Object.values(heapsOf({}));
    for (const heapMb of heaps) expect(heapMb).toBeGreaterThanOrEqual(256);
    const machineMb = Math.max(4096, os.totalmem() / 1024 / 1024);
    expect(heaps.reduce((sum, heapMb) => sum + heapMb)).toBeLessThan(machineMb / 2);
  });
});
