import type { RunEvent, RunFact } from './event.js';
import type { TextPiece } from './live-text.js';
import type { Plan } from './plan.js';
import { openReply, replyToChunk, replyToEvent } from './reply.js';
import type { Reply, ReplyPiece } from './reply-state.js';
import {
  buildPlan,
  failsFirst,
  lasting,
  never,
  returns,
  runInMemory,
  streams,
  takes,
  type PerformFunction,
} from './testing/index.js';
import type { Value } from './value.js';

/** The lines of a story from `from` to `to`. */
const between = (story: readonly string[], from: string, to: string) =>
  story.slice(story.indexOf(from), story.indexOf(to) + 1);

const says = (stepKey: string, text: string) => `${stepKey} says ${JSON.stringify(text)}`;

describe('a step that does not succeed at once', () => {
  const retry = { maxRetries: 2, intervalMs: 5 };
  const halfThenWhole: PerformFunction = ({ attempt }, emit) => {
    emit('text', attempt === 1 ? 'half' : 'whole');
    return attempt === 1
      ? { ok: false, failure: { code: 'a.b', type: 'A', message: 'cut' } }
      : { ok: true, outputs: { text: 'whole' } };
  };

  it('W3 takes back the text of the try that failed', () => {
    const plan = buildPlan('start -> llm -> answer', {
      steps: { llm: { retry }, answer: { answer: '>{{#llm.text#}}<' } },
    });
    const run = runInMemory(plan, { llm: halfThenWhole });
    expect(between(run.story(), 'llm started', 'llm succeeded')).toEqual([
      'llm started',
      says('llm', 'half'),
      'llm takes back 4',
      'llm retrying',
      says('llm', 'whole'),
      says('llm', ''),
      says('answer', '<'),
      'llm succeeded',
    ]);
    expect(run.said).toBe('>whole<');
  });

  it('gives its default value in the place of what it said, and the rest of the template follows', () => {
    const plan = buildPlan('start -> llm -> answer', {
      steps: {
        llm: { onFailure: { then: 'default', outputs: { text: 'sorry' } } },
        answer: { answer: '>{{#llm.text#}}<' },
      },
    });
    const run = runInMemory(plan, {
      llm: (_effect, emit) => {
        emit('text', 'half');
        return { ok: false, failure: { code: 'a.b', type: 'A', message: 'cut' } };
      },
    });
    expect(run.said).toBe('>sorry<');
    expect(run.said).toBe(run.outcome?.outputs['answer']);
  });

  it('without any pieces of its own in the second try shows the value', () => {
    const plan = buildPlan('start -> llm -> answer', {
      steps: { llm: { retry }, answer: { answer: '{{#llm.text#}}' } },
    });
    expect(runInMemory(plan, { llm: failsFirst(1, returns({ text: 'whole' })) }).said).toBe('whole');
  });

  it('leaves what was said when it was stopped', () => {
    const plan = buildPlan('start -> llm -> answer\nstart -> other', {
      steps: { answer: { answer: '{{#llm.text#}}' } },
    });
    const run = runInMemory(
      plan,
      { llm: lasting(30, streams('a', 'b', 'c')), other: lasting(18, returns({})) },
      {
        cancel: {
          when: (event) => 'stepKey' in event && event.stepKey === 'other' && event.type !== 'step.started',
          reason: '',
        },
      },
    );
    expect(run.said).toBe('ab');
    expect(runInMemory(plan, { llm: never() }).said).toBe('');
  });
});

describe('thinking', () => {
  const thinks =
    (...pieces: readonly string[]): PerformFunction =>
    (_effect, emit) => {
      for (const piece of pieces) emit('reasoning_content', piece);
      emit('text', 'so');
      return { ok: true, outputs: { text: 'so', reasoning_content: pieces.join('') } };
    };

  it('passes while a template that is open shows its step, beside the text', () => {
    const plan = buildPlan('start -> llm -> answer', { steps: { answer: { answer: '{{#llm.text#}}' } } });
    const run = runInMemory(plan, { llm: thinks('hm', 'mm') });
    expect(between(run.story(), 'llm started', 'llm succeeded')).toEqual([
      'llm started',
      'llm thinks "hm"',
      'llm thinks "mm"',
      says('llm', 'so'),
      says('llm', ''),
      'llm succeeded',
    ]);
    expect(run.said).toBe('so');
  });

  it('passes for one that waits in line, and is dropped for one that is not open', () => {
    const waiting = buildPlan('start -> slow -> a\nstart -> llm -> b', {
      steps: { a: { answer: '{{#slow.x#}}' }, b: { answer: '{{#llm.text#}}' } },
    });
    const run = runInMemory(waiting, { slow: lasting(90, returns({ x: 1 })), llm: thinks('hm') });
    expect(run.story()).toContain('llm thinks "hm"');
    expect(run.said).toBe('1so');
    const closed = buildPlan('start -> llm -> if\nif:true -> answer', {
      steps: { answer: { answer: '{{#llm.text#}}' } },
    });
    expect(
      runInMemory(closed, { llm: thinks('hm'), if: takes('true') })
        .story()
        .join(),
    ).not.toContain('thinks');
  });

  it('of a try that failed is taken back', () => {
    const plan = buildPlan('start -> llm -> answer', {
      steps: { llm: { retry: { maxRetries: 1, intervalMs: 1 } }, answer: { answer: '{{#llm.text#}}' } },
    });
    const run = runInMemory(plan, {
      llm: (effect, emit) => {
        const result = thinks('hm')(effect, emit);
        return effect.attempt === 1 ? { ok: false, failure: { code: 'a.b', type: 'A', message: '' } } : result;
      },
    });
    expect(run.pieces.filter((piece) => piece.type === 'reset')).toMatchObject([
      { of: 'text', length: 2 },
      { of: 'reasoning', length: 2 },
    ]);
  });
});

describe('pieces of text out of order', () => {
  const plan = buildPlan('start -> llm -> answer', { steps: { answer: { answer: '{{#llm.text#}}' } } });
  let seq = 0;
  const event = (fact: RunFact): RunEvent => ({ seq: ++seq, at: 0, ...fact });
  const piece = (offset: number, text: string, more: Partial<TextPiece> = {}): TextPiece => ({
    stepKey: 'llm',
    attempt: 1,
    execution: 1,
    channel: 'text',
    offset,
    text,
    ...more,
  });
  const begun = [
    event({ type: 'run.started', inputs: {}, pool: {}, root: 'start' }),
    event({ type: 'step.started', stepKey: 'start', inputs: {} }),
    event({ type: 'step.succeeded', stepKey: 'start', attempt: 1, exit: 'source', outputs: {} }),
    event({ type: 'step.started', stepKey: 'llm', inputs: {} }),
  ];
  const ended = (text: Value) =>
    event({ type: 'step.succeeded', stepKey: 'llm', attempt: 1, exit: 'source', outputs: { text } });

  const fold = (of: Plan, items: readonly (RunEvent | TextPiece)[]): string[] => {
    let reply: Reply = openReply(of);
    const shown: ReplyPiece[] = [];
    for (const item of items) {
      const turn = 'seq' in item ? replyToEvent(of, reply, item) : replyToChunk(of, reply, item);
      reply = turn.reply;
      shown.push(...turn.pieces);
    }
    return shown.map((one) => (one.type === 'reset' ? `-${one.length}` : one.type === 'text' ? one.text : one.type));
  };

  it('are not shown twice: a repeated piece, and one that overlaps', () => {
    expect(fold(plan, [...begun, piece(0, 'abc'), piece(0, 'abc'), piece(1, 'bcd'), piece(4, 'e')])).toEqual([
      'abc',
      'd',
      'e',
    ]);
  });

  it('are held back behind a gap until the value brings the whole', () => {
    expect(fold(plan, [...begun, piece(0, 'ab'), piece(4, 'ef'), ended('abcdef')])).toEqual(['ab', 'cdef']);
    expect(fold(plan, [...begun, piece(2, 'cd'), piece(0, 'ab'), piece(2, 'cd')])).toEqual(['ab', 'cd']);
  });

  describe('of a text that is too long to be kept', () => {
    const half = 'x'.repeat(40_000);
    const reference = { $ref: { key: 'k', sizeBytes: 200_000, mediaType: 'application/json', preview: 'x' } } as Value;

    it('are shown as they come, and not kept; the finished value brings what is missing', () => {
      let reply: Reply = openReply(plan);
      for (const event of begun) ({ reply } = replyToEvent(plan, reply, event));
      const said: ReplyPiece[] = [];
      for (const one of [piece(0, half), piece(40_000, half), piece(80_000, half), piece(120_001, 'beyond a gap')]) {
        const turn = replyToChunk(plan, reply, one);
        said.push(...turn.pieces);
        ({ reply } = turn);
      }
      expect(said.map((one) => one.type === 'text' && one.text)).toEqual([half, half, half]);
      expect(JSON.stringify(reply).length).toBeLessThan(70_000);
      expect(replyToEvent(plan, reply, ended(reference)).pieces).toMatchObject([{ type: 'reference', from: 120_000 }]);
    });

    it('are taken back to what the value has of them, when it is shorter after all', () => {
      const shown = fold(plan, [...begun, piece(0, half), piece(40_000, half), ended(half)]);
      expect(shown).toEqual([half, half, `-${40_000}`, '']);
    });

    it('W3 of a later execution replace all that was shown', () => {
      const again = piece(0, 'again', { execution: 2 });
      expect(fold(plan, [...begun, piece(0, half), piece(40_000, half), again])).toEqual([
        half,
        half,
        '-80000',
        'again',
      ]);
    });

    it('wait for the value where others speak first, but for their beginning', () => {
      const behind = buildPlan('start -> slow -> answer\nstart -> llm -> answer', {
        steps: { answer: { answer: '{{#slow.text#}}{{#llm.text#}}' } },
      });
      const slow = event({
        type: 'step.succeeded',
        stepKey: 'slow',
        attempt: 1,
        exit: 'source',
        outputs: { text: 'slow' },
      });
      const shown = fold(behind, [...begun, piece(0, half), piece(40_000, half), slow, ended(reference)]);
      expect(shown.map((text) => text.length)).toEqual([4, 65_536, 'reference'.length]);
    });
  });

  it('W3 of a later execution replace those of an earlier one', () => {
    expect(
      fold(plan, [
        ...begun,
        piece(0, 'abc'),
        piece(0, 'xy', { execution: 2 }),
        piece(3, 'd'),
        piece(2, 'z', { execution: 2 }),
      ]),
    ).toEqual(['abc', '-3', 'xy', 'z']);
  });

  it('that come before the events that make sense of them are kept', () => {
    expect(fold(plan, [piece(0, 'ab'), ...begun, piece(2, 'c')])).toEqual(['ab', 'c']);
  });

  it('that come after the end are not heard', () => {
    expect(fold(plan, [...begun, piece(0, 'ab'), ended('ab'), piece(2, 'c'), piece(0, 'x', { attempt: 2 })])).toEqual([
      'ab',
      '',
    ]);
  });

  it('that come after the end are not heard by a later template either', () => {
    const two = buildPlan('start -> llm -> first -> second', {
      steps: { first: { answer: '1' }, second: { answer: '{{#llm.text#}}' } },
    });
    const said = event({ type: 'step.succeeded', stepKey: 'first', attempt: 1, exit: 'source', outputs: {} });
    expect(fold(two, [...begun, ended('whole'), piece(0, 'late'), said])).toEqual(['1', 'whole']);
  });

  it('of thinking are replaced by those of a later execution as well', () => {
    const thought = (offset: number, text: string, execution: number) =>
      piece(offset, text, { channel: 'reasoning_content', execution });
    expect(
      fold(plan, [...begun, thought(0, 'hm', 1), thought(0, 'h', 2), thought(2, 'm', 1), thought(1, 'a', 2)]),
    ).toEqual(['reasoning', '-2', 'reasoning', 'reasoning']);
  });

  it('never cut a character in half', () => {
    expect(fold(plan, [...begun, piece(0, '😀'), ended('😁')])).toEqual(['😀', '-2', '😁']);
  });
});
