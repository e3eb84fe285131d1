import { check } from '../checker/check.js';
import { FaultLog } from './fault-log.js';
import { Victim } from './victim.js';

const life = {
  ...{ pid: 1, isRunning: true, lastOutput: '' },
  kill: async () => undefined,
  start: async () => undefined,
};

/** What is found when each of these is killed between two calls of the same step. */
async function foundAfterKillOf(part: 'owner' | 'work' | 'nothing') {
  const log = new FaultLog();
  const victim = new Victim('it', life, log, part);
  const call = (at: number) => ({ key: 'run/ask', server: 'model' as const, at, state: 'answered', endedAt: at });
  const before = call(Date.now());
  await victim.kill();
  await victim.restore();
  const calls = [before, call(Date.now())];
  const run = { id: 'run', name: 'it', acceptedAt: 0, expected: { states: [] } };
  const nothing = { runs: [run], listedIds: [], streams: [], samples: [], stops: [], owners: [] };
  const found = check({ ...nothing, calls, faults: log.faults });
  return found.flatMap(({ promise, kind }) => (promise === 'P3' ? [kind] : []));
}

it('a call is repeated for a reason only where work can be lost', async () => {
  expect(await foundAfterKillOf('owner')).toEqual([]);
  expect(await foundAfterKillOf('work')).toEqual([]);
  expect(await foundAfterKillOf('nothing')).toEqual(['repeated']);
});
