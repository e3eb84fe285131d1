import { createFakeLogger } from '@tenon/ports/testing';
import { forwardTo } from './sdk-runtime.js';

it('lines of the SDK keep their weight, its own course is for debugging, tokens are left out, and runs and steps have our names', () => {
  const logger = createFakeLogger();
  const sdk = forwardTo(logger);
  sdk.info('Worker state changed', { state: 'RUNNING' });
  sdk.warn('Activity failed', { taskToken: 'abc', attempt: 1 });
  sdk.warn('Failing workflow task', { runId: 'h', workflowId: 'run/r' });
  sdk.warn('Activity slow', { workflowId: 'run/r', activityId: 'llm#2', attempt: 3 });
  sdk.error('Worker failed');
  expect(logger.lines).toEqual([
    { level: 'debug', message: 'Worker state changed', fields: { state: 'RUNNING' } },
    { level: 'info', message: 'Activity failed', fields: { attempt: 1 } },
    { level: 'warn', message: 'Failing workflow task', fields: { historyId: 'h', runId: 'r' } },
    { level: 'warn', message: 'Activity slow', fields: { runId: 'r', stepKey: 'llm', attempt: 2, execution: 3 } },
    { level: 'error', message: 'Worker failed', fields: {} },
  ]);
});
