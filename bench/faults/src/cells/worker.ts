import type { Case } from './cell.js';
import { heldInCalls, progressAfter } from './moments.js';

/** Faults of the worker while it makes calls. */
export const workerCalls: readonly Case[] = [
  {
    cell: 'W2',
    fault: 'K',
    moment: 'inside a model call, before its first text',
    isQuick: true,
    run: async (setting) => {
      const session = await heldInCalls(setting, 0);
      const { worker } = setting.stack.victims;
      const killedAt = Date.now();
      await worker.kill();
      await worker.restore();
      const recording = await session.finish();
      return { recording, bounds: { maxCallsPerKey: 2 }, recoveryMs: progressAfter(recording, killedAt) };
    },
  },
  {
    cell: 'W3',
    fault: 'K',
    moment: 'while text streams to the client',
    isQuick: true,
    run: async (setting) => {
      const session = await heldInCalls(setting, 2);
      const { worker } = setting.stack.victims;
      const killedAt = Date.now();
      await worker.kill();
      await worker.restore();
      const recording = await session.finish();
      return { recording, bounds: { maxCallsPerKey: 2 }, recoveryMs: progressAfter(recording, killedAt) };
    },
  },
];
