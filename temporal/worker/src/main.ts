import { isTenonError } from '@tenon/base';
import { checkSealingKeys } from '@tenon/database';
import { announceReady, loadConfig, onShutdown, runProcess } from '@tenon/platform';
import { randomBytes } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { composeWorker, REQUIRED, type WorkerParts } from './compose.js';
import { runWorker } from './run-worker.js';
import { installSdkRuntime } from './sdk-runtime.js';

await runProcess(serve);

/** Ends when the worker has ended. @throws config.invalid, secret.*, or why the worker cannot go on */
async function serve(): Promise<void> {
  const config = loadConfig(process.env, REQUIRED);
  const workerId = `${os.hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`;
  const parts = await composeWorker(config, workerId);
  installSdkRuntime(parts.logger);
  await checkKeys(parts);
  const running = await runWorker({
    ...parts,
    workerId,
    temporal: config.temporal,
    workflowBundle: { codePath: path.join(import.meta.dirname, 'workflow-bundle.js') },
    limits: { maxSteps: config.runs.maxSteps, maxDurationMs: config.runs.maxSeconds * 1_000 },
    maxRunsPerTeam: config.runs.teamMaxRuns,
    keeping: config.keeping,
  });
  onShutdown(async () => {
    await running.close();
    await parts.database.close();
  });
  announceReady({ workerId });
  await running.ended;
}

/** A worker with a wrong key would fail the runs that it carries. @throws secret.wrongKey */
async function checkKeys({ database, secretKeys, logger }: WorkerParts): Promise<void> {
  try {
    await checkSealingKeys(database, secretKeys);
  } catch (error) {
    if (isTenonError(error) && error.code === 'secret.wrongKey') throw error;
    logger.warn({ error: String(error) }, 'whether the key opens the stored secrets is not known yet');
  }
}
