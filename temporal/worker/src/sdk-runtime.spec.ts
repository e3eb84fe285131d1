import { createFakeLogger } from '@tenon/ports/testing';
import { forwardTo } from './sdk-runtime.js';

it('lines of the SDK keep their weight, its own course is for debugging, and tokens are left out', () => {
  const logger = createFakeLogger();
  const sdk = forwardTo(logger);
  sdk.info('Worker state changed', { state: 'RUNNING' });
  sdk.warn('Activity failed', { taskToken: 'abc', attempt: 1 });
  sdk.warn('Failing workflow task', { runId: 'r' });
  sdk.error('Worker failed');
  expect(logger.lines).toEqual([
    { level: 'debug', message: 'Worker state changed', fields: { state: 'RUNNING' } },
    { level: 'info', message: 'Activity failed', fields: { attempt: 1 } },
    { level: 'warn', message: 'Failing workflow task', fields: { runId: 'r' } },
    { level: 'error', message: 'Worker failed', fields: {} },
  ]);
});
