import { createFakeLogger, describeChatModelContract, startScriptedModel } from '@tenon/ports/testing';
import { createOpenAiCompatibleModels } from './index.js';
import { connectAnywhere } from './testing/model-bench.js';

describeChatModelContract('an OpenAI-compatible server', async () => {
  const server = await startScriptedModel({ apiKey: 'key' });
  const models = createOpenAiCompatibleModels({ connect: connectAnywhere }, createFakeLogger());
  return {
    model: models.getChatModel({ provider: 'openai', baseUrl: server.baseUrl, apiKey: 'key' }, 'gpt-4o'),
    respond: (rule) => server.setRules([rule]),
    keys: () => server.calls().map(({ idempotencyKey }) => idempotencyKey),
    waitForHeld: () => server.waitForHeld(1),
    waitForAborted: () => server.waitForAborted(1),
    close: async () => {
      await models.close();
      await server.close();
    },
  };
});
