import fc from 'fast-check';
import type { Plan } from '../plan.js';
import { buildPlan, type StepDrawing } from './build-plan.js';
import { fails, failsFirst, lasting, returns, takes, type Performer } from './performers.js';

/** A random graph, and how the world behaves in it. */
export interface RandomRun {
  readonly plan: Plan;
  readonly performers: Readonly<Record<string, Performer>>;
}

interface Behaviour {
  readonly isBranching: boolean;
  readonly choice: number;
  readonly failures: number;
  readonly maxRetries: number;
  readonly rule: 'stop' | 'exit' | 'default';
  readonly lastsMs: number;
  readonly says: boolean;
  readonly isRoot: boolean;
}

const behaviours = fc.record<Behaviour>({
  isBranching: fc.boolean(),
  choice: fc.nat(2),
  failures: fc.constantFrom(0, 0, 0, 1, 3),
  maxRetries: fc.nat(2),
  rule: fc.constantFrom('stop', 'exit', 'exit', 'default', 'default'),
  lastsMs: fc.integer({ min: 1, max: 6 }),
  says: fc.boolean(),
  isRoot: fc.constantFrom(false, false, false, true),
});

const BRANCHES = ['x', 'y', 'fail-branch'];

/**
 * Graphs of up to a dozen steps with branches, joins, parallel edges, failure exits, further entry steps, isolated
 * steps and, one edge in eight, cycles; and for each step how long it takes, how often it fails and which exit it
 * chooses.
 */
export const randomRun: fc.Arbitrary<RandomRun> = fc
  .array(behaviours, { minLength: 2, maxLength: 12 })
  .chain((behaviours) => {
    const step = fc.nat(behaviours.length - 1);
    const edge = fc.tuple(step, step, fc.nat(5), fc.nat(7));
    return fc.tuple(fc.constant(behaviours), fc.array(edge, { maxLength: 3 * behaviours.length }));
  })
  .map(([behaviours, edges]) => {
    const lines = edges.map(([a, b, exit, turn]) => {
      const [source, target] = turn === 0 ? [a, b] : [Math.min(a, b), Math.max(a, b)];
      return `${nameOf(source)}:${exitOf(behaviours[source] as Behaviour, exit)} -> ${nameOf(target)}`;
    });
    const names = behaviours.map((_, i) => nameOf(i));
    const isEntered = (i: number) => lines.some((line) => line.endsWith(`-> ${nameOf(i)}`));
    const steps = Object.fromEntries(behaviours.map((one, i) => [nameOf(i), drawingOf(one, i, isEntered(i))]));
    const performers = Object.fromEntries(behaviours.map((one, i) => [nameOf(i), performerOf(one, i)]));
    return { plan: buildPlan([...names, ...lines].join('\n'), { steps }), performers };
  });

const HOSTILE = ['__proto__', 'constructor', 's#1'];
const nameOf = (i: number) => HOSTILE[i - 3] ?? `s${i}`;

function exitOf({ isBranching, rule }: Behaviour, exit: number): string {
  const exits = isBranching
    ? BRANCHES.slice(0, rule === 'exit' ? 3 : 2)
    : ['source', ...(rule === 'exit' ? ['fail-branch'] : [])];
  return exits[exit % exits.length] as string;
}

function drawingOf(behaviour: Behaviour, i: number, isEntered: boolean): StepDrawing {
  const { isBranching, maxRetries, rule, says, isRoot } = behaviour;
  const onFailure =
    rule === 'stop'
      ? { then: rule }
      : rule === 'exit'
        ? { then: rule, exit: 'fail-branch' }
        : { then: rule, outputs: { value: 'default' } };
  return {
    branching: isBranching,
    onFailure,
    retry: { maxRetries, intervalMs: 2 },
    isRoot: isRoot && i > 0 && !isEntered,
    reads: Array.from({ length: i }, (_, j) => `${nameOf(j)}.value`),
    ...(says && { answer: `<${i}>` }),
  };
}

function performerOf({ isBranching, choice, failures, lastsMs, says }: Behaviour, i: number): Performer {
  const outputs = { value: i, ...(says && { answer: `<${i}>` }) };
  const succeed = isBranching ? takes(BRANCHES[choice % 2] as string, outputs) : returns(outputs);
  return lasting(lastsMs, failures > 2 ? fails() : failsFirst(failures, succeed));
}
