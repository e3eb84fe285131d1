import {
  buildPlan,
  fails,
  lasting,
  returns,
  runInMemory,
  streams,
  takes,
  type PerformFunction,
} from './testing/index.js';
import { secretOf, type Value } from './value.js';

const ref: Value = { $ref: { key: 'k', sizeBytes: 70_000, mediaType: 'text/plain', preview: 'start' } };

/** The lines of a story from `from` to `to`. */
const between = (story: readonly string[], from: string, to: string) =>
  story.slice(story.indexOf(from), story.indexOf(to) + 1);

const says = (stepKey: string, text: string) => `${stepKey} says ${JSON.stringify(text)}`;

describe('a text that is streamed', () => {
  const plan = buildPlan('start -> llm -> answer', { steps: { answer: { answer: '{{#llm.text#}}' } } });

  it('row 3: is shown piece by piece while its step runs, ended by an empty piece', () => {
    const run = runInMemory(plan, { llm: streams('one ', 'two ', 'three') });
    expect(between(run.story(), 'llm started', 'run finished')).toEqual([
      'llm started',
      says('llm', 'one '),
      says('llm', 'two '),
      says('llm', 'three'),
      says('llm', ''),
      'llm succeeded',
      'answer started',
      'answer succeeded',
      'run finished',
    ]);
    expect([run.said, run.outcome?.outputs]).toEqual(['one two three', { answer: 'one two three' }]);
  });

  it('row 4: is the same for an end step, and a failure ends the run with its words', () => {
    const ending = buildPlan('start -> llm -> end', { steps: { end: { end: { answer: 'llm.text' } } } });
    expect(runInMemory(ending, { llm: streams('stub') }).outcome?.outputs).toEqual({ answer: 'stub' });
    expect(runInMemory(ending, { llm: fails({ message: 'stubbed' }) }).outcome?.failure?.message).toBe('stubbed');
  });

  it('is completed by the value when pieces were lost', () => {
    const lossy: PerformFunction = (_effect, emit) => {
      emit('text', 'one ');
      return { ok: true, outputs: { text: 'one two' } };
    };
    expect(runInMemory(plan, { llm: lossy }).said).toBe('one two');
  });

  it('comes as one piece when nothing was streamed', () => {
    const run = runInMemory(plan, { llm: returns({ text: 'whole' }) });
    expect(run.story().filter((line) => line.includes('says'))).toEqual([says('llm', 'whole')]);
  });

  it('is taken back as far as it differs from the value, unless only white space does', () => {
    const other =
      (text: string): PerformFunction =>
      (_effect, emit) => {
        emit('text', 'Hello wrold ');
        return { ok: true, outputs: { text } };
      };
    const mended = runInMemory(plan, { llm: other('Hello world') });
    expect(mended.said).toBe('Hello world');
    expect(between(mended.story(), 'llm takes back 5', 'llm succeeded')).toEqual([
      'llm takes back 5',
      says('llm', 'orld'),
      'llm succeeded',
    ]);
    const trimmed = runInMemory(plan, { llm: other('Hello wrold') });
    expect(trimmed.story()).not.toContain('llm takes back 1');
    expect(trimmed.said).toBe('Hello wrold ');
  });

  it('that no template shows is dropped', () => {
    const silent = buildPlan('start -> llm -> answer', { steps: { answer: { answer: 'done' } } });
    expect(runInMemory(silent, { llm: streams('a', 'b') }).said).toBe('done');
  });

  it('is shown in full each time a template shows it', () => {
    const twice = buildPlan('start -> llm -> first -> second', {
      steps: { first: { answer: '{{#llm.text#}} and {{#llm.text#}};' }, second: { answer: ' {{#llm.text#}}' } },
    });
    const run = runInMemory(twice, { llm: streams('a', 'b') });
    expect(run.said).toBe('ab and ab; ab');
    expect(run.said).toBe(run.outcome?.outputs['answer']);
    expect(run.story().filter((line) => line.startsWith('llm says'))).toEqual(
      ['a', 'b', '', 'ab', 'ab'].map((text) => says('llm', text)),
    );
  });
});

describe('a template', () => {
  it('row 1: shows what the run was given before the entry step has succeeded', () => {
    const plan = buildPlan('start -> end', { steps: { end: { end: { query: 'start.query' } } } });
    const run = runInMemory(plan, {}, { inputs: { query: 'hello' } });
    expect(run.story()).toEqual([
      'run started',
      says('start', 'hello'),
      'start started',
      'start succeeded',
      'end started',
      'end succeeded',
      'run finished',
    ]);
    expect(run.outcome?.outputs).toEqual({ query: 'hello' });
  });

  it('row 5: shows text and system values as pieces of the answer step, before the entry step has succeeded', () => {
    const plan = buildPlan('start -> answer', { steps: { answer: { answer: 'prefix{{#sys.query#}}suffix' } } });
    const run = runInMemory(plan, {}, { system: { query: 'Hello, AI!' } });
    expect(run.story().slice(0, 6)).toEqual([
      'run started',
      says('answer', 'prefix'),
      says('answer', 'Hello, AI!'),
      says('answer', 'suffix'),
      'start started',
      'start succeeded',
    ]);
    expect(run.pieces.map((piece) => piece.selector)).toEqual([
      ['answer', 'answer'],
      ['sys', 'query'],
      ['answer', 'answer'],
    ]);
    expect(run.outcome?.outputs).toEqual({ answer: 'prefixHello, AI!suffix' });
  });

  it('shows its first words before anybody has done anything, and waits at what is not known yet', () => {
    const plan = buildPlan('start -> slow -> answer\nstart -> quick -> answer', {
      steps: { answer: { answer: 'So: {{#slow.text#}}, {{#quick.x#}}.' } },
    });
    const run = runInMemory(plan, { slow: lasting(50, returns({ text: 'late' })), quick: returns({ x: [1, 2.5] }) });
    expect(run.story().filter((line) => /says|succeeded/.test(line))).toEqual([
      says('answer', 'So: '),
      'start succeeded',
      'quick succeeded',
      says('slow', 'late'),
      says('answer', ', '),
      says('quick', '- 1\n- 2.5'),
      says('answer', '.'),
      'slow succeeded',
      'answer succeeded',
    ]);
  });

  it('drops values of skipped steps and such as will never be', () => {
    const plan = buildPlan('if:true -> a -> answer\nif:false -> b -> answer', {
      steps: { answer: { answer: '[{{#b.x#}}{{#ghost.x#}}{{#a.gone#}}{{#sys.gone#}}{{#a.x#}}]' } },
    });
    const run = runInMemory(plan, { if: takes('true'), a: returns({ x: 1 }) });
    expect(run.said).toBe('[1]');
  });

  it('does not wait for what its step has not waited for', () => {
    const plan = buildPlan('start -> answer\nstart -> aside', { steps: { answer: { answer: '[{{#aside.text#}}]' } } });
    const run = runInMemory(plan, { aside: lasting(50, streams('a', 'b')) });
    expect(run.said).toBe('[]');
  });

  it('leaves a secret closed', () => {
    const environment = [{ id: '1', name: 'KEY', type: 'secret' as const, value: secretOf('sealed') }];
    const plan = buildPlan('start -> answer', { environment, steps: { answer: { answer: '{{#env.KEY#}}' } } });
    expect(runInMemory(plan, { answer: returns({ answer: 'x' }) }).said).toBe('*'.repeat(20));
  });

  it('hands a large value on as a reference, from where its live text ended', () => {
    const plan = buildPlan('start -> llm -> answer', {
      steps: { answer: { answer: '{{#start.doc.title#}}{{#llm.text#}}' } },
    });
    const run = runInMemory(
      plan,
      {
        llm: (_effect, emit) => {
          emit('text', 'abc');
          return { ok: true, outputs: { text: ref } };
        },
        answer: returns({ answer: 'x' }),
      },
      { inputs: { doc: ref } },
    );
    expect(run.pieces).toEqual([
      {
        type: 'reference',
        reference: ref,
        path: ['title'],
        from: 0,
        selector: ['start', 'doc', 'title'],
        stepKey: 'start',
      },
      { type: 'text', text: 'abc', selector: ['llm', 'text'], stepKey: 'llm' },
      { type: 'reference', reference: ref, path: [], from: 3, selector: ['llm', 'text'], stepKey: 'llm' },
    ]);
  });
});
