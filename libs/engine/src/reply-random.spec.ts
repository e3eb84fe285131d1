import fc from 'fast-check';
import type { RunEvent, RunFact } from './event.js';
import type { TextPiece } from './live-text.js';
import type { PlanEdge } from './plan.js';
import { openReply, replyToChunk, replyToEvent } from './reply.js';
import { buildPlan, runInMemory, type MemoryRun } from './testing/index.js';
import { randomRun, type RandomRun } from './testing/random-run.js';

/** The rule as it is written: all simple paths, and on each the blocking edges. Exponential, so for small graphs. */
function opensByPaths({ plan }: RandomRun, run: MemoryRun): string[] {
  const step = new Map(plan.steps.map((one) => [one.id, one]));
  const blocks = ({ source }: PlanEdge) => {
    const one = step.get(source);
    return one?.branching || one?.response !== undefined || one?.onFailure.then === 'exit';
  };
  const exits = new Map(run.events.flatMap((event) => ('exit' in event ? [[event.stepKey, event.exit] as const] : [])));
  const isOpen = (edge: PlanEdge) => !blocks(edge) || exits.get(edge.source) === edge.exit;
  const leads = (from: string, to: string, path: readonly string[]): boolean =>
    from === to ||
    plan.edges.some(
      (edge) =>
        edge.source === from &&
        !path.includes(edge.target) &&
        isOpen(edge) &&
        leads(edge.target, to, [...path, edge.target]),
    );
  return plan.steps.filter(({ id, response }) => response && leads(plan.root, id, [plan.root])).map(({ id }) => id);
}

describe('a reply on any graph', () => {
  it('opens exactly the cursors that the rule of simple paths opens, each once', () => {
    fc.assert(
      fc.property(randomRun, (random) => {
        const run = runInMemory(random.plan, random.performers);
        const opened = run.pieces.map(({ stepKey }) => stepKey);
        expect(opened.toSorted()).toEqual(opensByPaths(random, run).toSorted());
      }),
      { numRuns: 300 },
    );
  });

  it('says what the answers of the run are, where nothing runs at the same time', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), (speaks) => {
        const ids = speaks.map((_, i) => `s${i}`);
        const steps = Object.fromEntries(
          ids.map((id, i) => [
            id,
            speaks[i] ? { answer: `${i}{{#${ids[i - 1] ?? 'ghost'}.answer#}}{{#start.x#}}` } : {},
          ]),
        );
        const run = runInMemory(buildPlan(['start', ...ids].join(' -> '), { steps }), {}, { inputs: { x: 'x' } });
        // a name that does not resolve is written into the answer and left out of the text
        const withoutNames = (text: string) => text.replaceAll(/(ghost|s\d)\.answer/g, '');
        expect(withoutNames(run.said)).toBe(withoutNames(String(run.outcome?.outputs['answer'] ?? '')));
      }),
    );
  });
});

describe('a text that arrives in any way', () => {
  const plan = buildPlan('start -> llm -> answer', { steps: { answer: { answer: '{{#llm.text#}}' } } });
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const piece = fc.record({
    attempt: fc.integer({ min: 1, max: 2 }),
    execution: fc.integer({ min: 1, max: 2 }),
    offset: fc.nat(30),
    length: fc.nat(10),
  });

  it('ends as the value of its step: whatever is lost, repeated, late or replaced', () => {
    fc.assert(
      fc.property(text, text, fc.array(piece, { maxLength: 20 }), (value, lost, pieces) => {
        let seq = 0;
        const event = (fact: RunFact): RunEvent => ({ seq: ++seq, at: 0, ...fact });
        const failure = { code: 'a.b', type: 'A', message: 'cut' };
        const items: (RunEvent | TextPiece)[] = [
          event({ type: 'run.started', inputs: {}, pool: {}, root: 'start' }),
          event({ type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} }),
          ...pieces.map(({ attempt, execution, offset, length }) => ({
            stepKey: 'llm',
            attempt,
            execution,
            channel: 'text',
            offset,
            text: (attempt === 2 && execution === 2 ? value : lost).slice(offset, offset + length),
          })),
        ];
        const retried = event({ type: 'step.retrying', stepKey: 'llm', attempt: 1, retry: 1, delayMs: 0, failure });
        items.splice(2 + Math.floor(pieces.length / 2), 0, retried);
        items.push(
          event({ type: 'step.succeeded', stepKey: 'llm', attempt: 2, exit: 'source', outputs: { text: value } }),
        );
        let said = '';
        let reply = openReply(plan);
        for (const item of items) {
          const turn = 'seq' in item ? replyToEvent(plan, reply, item) : replyToChunk(plan, reply, item);
          reply = turn.reply;
          for (const one of turn.pieces) {
            if (one.type === 'text') said += one.text;
            if (one.type === 'reset') {
              expect(one.length).toBeLessThanOrEqual(said.length);
              said = said.slice(0, said.length - one.length);
            }
          }
        }
        const squeeze = (one: string) => one.replace(/\s+/g, '');
        expect(squeeze(said)).toBe(squeeze(value));
      }),
      { numRuns: 500 },
    );
  });
});
