import fc from 'fast-check';
import type { RunEvent } from '../event.js';
import { buildPlan, lasting, returns, runInMemory, takes, type MemoryRun } from '../testing/index.js';
import { randomRun, type RandomRun } from '../testing/random-run.js';

const position = (run: MemoryRun, stepKey: string, ...types: RunEvent['type'][]) =>
  run.events.findIndex((event) => 'stepKey' in event && event.stepKey === stepKey && types.includes(event.type));

/** Where each incoming edge of a step was decided (the position of its source's end), and whether it was taken. */
function fatesOf({ plan }: RandomRun, run: MemoryRun, stepKey: string) {
  return plan.edges
    .filter((edge) => edge.target === stepKey)
    .map((edge) => {
      const at = position(run, edge.source, 'step.succeeded', 'step.handled', 'step.skipped');
      const end = run.events[at];
      return { at, isTaken: end !== undefined && 'exit' in end && end.exit === edge.exit };
    });
}

describe('I2: a step becomes ready once', () => {
  it('on any graph: when all incoming edges are settled and at least one was taken, and not before', () => {
    fc.assert(
      fc.property(randomRun, (random) => {
        const run = runInMemory(random.plan, random.performers);
        const isWhole = run.outcome?.status === 'succeeded' || run.outcome?.status === 'partiallySucceeded';
        for (const { id, isRoot } of random.plan.steps) {
          const begun = run.started(id).length;
          if (id === random.plan.root) {
            expect(begun).toBe(1);
            continue;
          }
          const fates = fatesOf(random, run, id);
          const isDecided = fates.length > 0 && fates.every(({ at }) => at >= 0);
          const isReady = isDecided && fates.some(({ isTaken }) => isTaken) && !isRoot;
          // a run that was cut short may have begun less than was ready, never more
          if (isWhole) expect([id, begun]).toEqual([id, Number(isReady)]);
          else expect(begun).toBeLessThanOrEqual(Number(isReady));
          // taking an edge is told with the end of its source, so the start comes after the last of them
          if (begun) expect(position(run, id, 'step.started')).toBeGreaterThan(Math.max(...fates.map(({ at }) => at)));
        }
      }),
      { numRuns: 300 },
    );
  });

  //  if ─true──► a ─┐
  //     └─false► b ─┴► join
  it('runs a join once when only one exit is taken', () => {
    const plan = buildPlan('begin -> if\nif:true -> a -> join\nif:false -> b -> join');
    const run = runInMemory(plan, { if: takes('true') });
    expect(run.started('join')).toHaveLength(1);
    expect(run.skipped('b')).toBe(true);
  });

  it('lets a join wait for the slower of two branches', () => {
    const plan = buildPlan('begin -> a -> join\nbegin -> b -> join');
    const run = runInMemory(plan, { a: lasting(90, returns({})) });
    expect(run.story().slice(-5)).toEqual([
      'b succeeded',
      'a succeeded',
      'join started',
      'join succeeded',
      'run finished',
    ]);
  });

  it('counts edges between the same two steps one by one', () => {
    const plan = buildPlan('if:x -> a\nif:y -> a\nif:x -> a');
    expect(runInMemory(plan, { if: takes('x') }).started('a')).toHaveLength(1);
  });

  it('never turns in a circle: what waits for its own descendant does not run, and the run ends', () => {
    const back = runInMemory(buildPlan('begin -> a -> b -> c\nc -> begin'));
    expect(back.outcome).toMatchObject({ status: 'succeeded', steps: 4 });
    const waits = runInMemory(buildPlan('begin -> a -> b\nb -> a'));
    expect(waits.story()).toEqual(['run started', 'begin started', 'begin succeeded', 'run finished']);
    expect(runInMemory(buildPlan('begin -> begin')).outcome?.steps).toBe(1);
  });

  it('never runs what nothing leads to, nor tells of it', () => {
    const run = runInMemory(buildPlan('begin -> a\nlonely\nstray -> b -> c\nb -> a'));
    expect(run.story()).toEqual(['run started', 'begin started', 'begin succeeded', 'run finished']);
  });
});
