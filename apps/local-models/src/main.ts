import { announceReady, createLogger, loadConfig, onShutdown, runProcess, type Config } from '@tenon/platform';
import os from 'node:os';
import path from 'node:path';
import { chooseForFolder } from './choose-model.js';
import { createLlamaLoader, inferenceThreads } from './llama-engine.js';
import { getModel } from './manifest.js';
import type { ModelFolders } from './model-files.js';
import { runPull } from './pull-command.js';
import { PullJob } from './pull-job.js';
import { ModelServer } from './server.js';

/** Below everything that answers people: reading a prompt keeps a core busy for many seconds. */
const NICENESS = 5;

function sourcesOf({ data, localModels }: Pick<Config, 'data' | 'localModels'>) {
  const folders: ModelFolders = { cache: path.join(data.cacheFolder, 'models'), own: localModels.folder };
  return { folders, hubUrl: localModels.hubUrl === 'off' ? undefined : localModels.hubUrl, env: process.env };
}

async function serve(): Promise<void> {
  const config = loadConfig(process.env, ['localModels.token']);
  const logger = createLogger({ ...config.log, name: 'local-models' });
  const log = (fields: Readonly<Record<string, unknown>>, message: string) => logger.info(fields, message);
  os.setPriority(NICENESS);
  const sources = sourcesOf(config);
  const pull = new PullJob(sources, log);
  const loadEngine = createLlamaLoader({ folders: sources.folders, threads: inferenceThreads(), log });
  const { token, port } = config.localModels;
  const server = new ModelServer({ folders: sources.folders, loadEngine, pull, token, port, log });
  onShutdown(() => server.close());
  const actualPort = await server.listen();
  if (config.localModels.pull === '1') pull.start();
  announceReady({ port: actualPort });
}

async function pullFromCommandLine(id: string | undefined): Promise<void> {
  const stop = new AbortController();
  onShutdown(async () => stop.abort(new Error('The download was interrupted; the next one goes on where it ended.')));
  const sources = sourcesOf(loadConfig(process.env));
  const model = id === undefined ? chooseForFolder(sources.folders.cache) : getModel(id);
  await runPull(model, { ...sources, signal: stop.signal }, process.stdout);
}

const [command, model, ...rest] = process.argv.slice(2);
const isPull = command === 'pull' && rest.length === 0;
await runProcess(async () => {
  if (isPull) await pullFromCommandLine(model);
  else if (command === undefined) await serve();
  else throw new Error('Use it without arguments to serve, or with "pull [model]".');
});
