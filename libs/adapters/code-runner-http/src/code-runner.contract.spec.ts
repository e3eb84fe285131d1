import { spawnCodeRunner } from '@tenon/code-runner/testing';
import { describeCodeRunnerContract } from '@tenon/ports/testing';
import { createHttpCodeRunner } from './index.js';

jest.setTimeout(30_000);

describeCodeRunnerContract('the process behind HTTP', async () => {
  const { url, token, close } = await spawnCodeRunner();
  return { runner: createHttpCodeRunner({ url, token }), close };
});
