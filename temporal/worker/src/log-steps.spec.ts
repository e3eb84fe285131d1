import type { PerformCall, RunActivities } from '@tenon/contract';
import { createLogger } from '@tenon/platform';
import { PassThrough } from 'node:stream';
import { logSteps } from './log-steps.js';

const call = { run: { runId: 'r', requestId: 'q' }, stepKey: 'llm', attempt: 2 } as unknown as PerformCall;

async function linesOf(performStep: (log: ReturnType<typeof createLogger>) => unknown) {
  const destination = new PassThrough();
  const logger = createLogger({ level: 'info', format: 'json', name: 'worker', destination });
  const activities = { performStep: async () => performStep(logger) } as unknown as RunActivities;
  await logSteps(activities, logger)
    .performStep(call)
    .catch(() => undefined);
  const lines = String(destination.read()).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

const NAMES = { requestId: 'q', runId: 'r', stepKey: 'llm', attempt: 2 };

describe('the log of a step', () => {
  it.each([
    ['a step succeeded', () => ({ isTooLong: false, result: { ok: true } })],
    ['a step failed', () => ({ isTooLong: false, result: { ok: false, failure: { code: 'model.unavailable' } } })],
    [
      'a step was given up',
      () => {
        throw new Error('the database is away');
      },
    ],
  ])('says that %s, of which run, and by which request', async (msg, performStep) => {
    expect(await linesOf(performStep)).toEqual([expect.objectContaining({ ...NAMES, msg, ms: expect.any(Number) })]);
  });

  it('names all that in what is logged meanwhile', async () => {
    const [line] = await linesOf((log) => {
      log.warn({ provider: 'openai' }, 'the provider is slow');
      return { isTooLong: true };
    });
    expect(line).toMatchObject({ ...NAMES, provider: 'openai', msg: 'the provider is slow' });
  });
});
