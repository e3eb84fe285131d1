import { startScriptedModel, type ScriptedModel } from '@tenon/ports/testing';
import type { Client } from '@temporalio/client';
import { connectClient } from './history-of.js';
import { startRunBench, type RunBench } from './run-bench.js';
import { startTestWorker, type TestWorker, type TestWorkerOptions } from './test-worker.js';

/** A bench with a model that says `fine`, a worker that asks it, and a client of the workflow server. */
export interface ModelBench extends RunBench {
  readonly model: ScriptedModel;
  readonly client: Client;
  /** The first one. */
  readonly worker: TestWorker;
  /** Starts another like it, but for what is given. */
  startWorker(options?: TestWorkerOptions): Promise<TestWorker>;
}

/** Starts everything; its end is also that of all its workers. */
export async function startModelBench(common: TestWorkerOptions = {}): Promise<ModelBench> {
  const [bench, model] = await Promise.all([startRunBench(), startScriptedModel({ defaultReply: { text: 'fine' } })]);
  const open = new Set<TestWorker>();
  const startWorker = async (options: TestWorkerOptions = {}) => {
    const running = await startTestWorker(bench, { modelUrl: model.baseUrl, ...common, ...options });
    const worker = { ...running, close: () => (open.delete(worker), running.close()) };
    open.add(worker);
    return worker;
  };
  const [worker, client] = await Promise.all([startWorker(), connectClient(bench)]);
  return {
    ...{ ...bench, model, client, worker, startWorker },
    close: async () => {
      await Promise.all([...open].map((one) => one.close()));
      await client.connection.close();
      await Promise.all([bench.close(), model.close()]);
    },
  };
}
