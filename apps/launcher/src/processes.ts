import type { Config, SettingReader } from '@tenon/platform';
import path from 'node:path';
import { environmentOf } from './environment.js';
import type { NodeCommand } from './node-process.js';

/** What is the same for every start of one of our programs. */
interface Program {
  readonly name: SettingReader & ('api' | 'worker' | 'code-runner' | 'local-models');
  /** Below the folder of built files. */
  readonly main: string;
  readonly heapMb: (memory: Config['memory']) => number;
  readonly readyWithinMs: number;
  readonly stopWithinMs: number;
}

/**
 * Our programs. The API may have to migrate the database before it is ready; the worker lets activities under way finish
 * when it is told to end. Models are not in the heap.
 */
export const programs: Readonly<Record<Program['name'], Program>> = {
  'code-runner': {
    name: 'code-runner',
    main: 'apps/code-runner/main.js',
    heapMb: ({ codeRunnerHeapMb }) => codeRunnerHeapMb,
    readyWithinMs: 60_000,
    stopWithinMs: 5000,
  },
  'local-models': {
    name: 'local-models',
    main: 'apps/local-models/main.js',
    heapMb: () => 512,
    readyWithinMs: 60_000,
    stopWithinMs: 5000,
  },
  api: {
    name: 'api',
    main: 'apps/api/main.js',
    heapMb: ({ apiHeapMb }) => apiHeapMb,
    readyWithinMs: 600_000,
    stopWithinMs: 15_000,
  },
  worker: {
    name: 'worker',
    main: 'temporal/worker/main.js',
    heapMb: ({ workerHeapMb }) => workerHeapMb,
    readyWithinMs: 120_000,
    stopWithinMs: 20_000,
  },
};

/** Where the processes find one another; made anew at each start of the launcher. */
export interface Wiring {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly codeRunner: Endpoint;
  readonly localModels: Endpoint;
  readonly statusFile: string;
  /** The owner's credentials, for the API. */
  readonly owner: Readonly<Record<string, string>>;
}

/** A loopback server of ours and the token that its callers must show. */
export interface Endpoint {
  readonly port: number;
  readonly token: string;
}

/** How to start one of our programs. `distFolder` holds the built files. */
export function commandOf(
  name: Program['name'],
  distFolder: string,
  config: Config,
  wiring: Wiring,
  env: Readonly<Record<string, string | undefined>>,
): NodeCommand {
  const { main, heapMb, ...program } = programs[name];
  const { codeRunner, localModels } = wiring;
  const all = {
    ...wiring.owner,
    TENON_DATA_DIR: config.data.folder,
    TENON_CACHE_DIR: config.data.cacheFolder,
    TENON_OBJECTS_DIR: config.data.objectsFolder,
    TENON_DATABASE_URL: wiring.databaseUrl,
    TENON_TEMPORAL_ADDRESS: wiring.temporalAddress,
    TENON_CODE_RUNNER_URL: `http://127.0.0.1:${codeRunner.port}`,
    TENON_CODE_RUNNER_PORT: String(codeRunner.port),
    TENON_CODE_RUNNER_TOKEN: codeRunner.token,
    TENON_LOCAL_MODELS_URL: `http://127.0.0.1:${localModels.port}`,
    TENON_LOCAL_MODELS_PORT: String(localModels.port),
    TENON_LOCAL_MODELS_TOKEN: localModels.token,
    TENON_LAUNCHER_STATUS_FILE: wiring.statusFile,
  };
  const file = path.join(distFolder, main);
  return {
    ...program,
    heapMb: heapMb(config.memory),
    file,
    env: environmentOf(name, env, all),
    // it works for strangers, and nobody else would see that it hangs
    ...(name === 'code-runner' && { probeUrl: `${all.TENON_CODE_RUNNER_URL}/health` }),
  };
}
