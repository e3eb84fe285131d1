import { buildPlan, fails, lasting, returns, runInMemory, streams, takes } from './testing/index.js';

const says = (stepKey: string, text: string) => `${stepKey} says ${JSON.stringify(text)}`;

describe('a cursor', () => {
  it('row 10: opens with the branch, and what was kept comes before the branch has succeeded', () => {
    const plan = buildPlan('start -> initial -> if\nif:primary -> p -> end_p\nif:secondary -> s -> end_s', {
      steps: {
        end_p: { end: { a: 'initial.text', b: 'p.text' } },
        end_s: { end: { a: 'initial.text', b: 's.text' } },
      },
    });
    const run = runInMemory(plan, { initial: streams('in', 'itial'), if: takes('primary'), p: streams('p1', 'p2') });
    expect(run.story()).toEqual([
      'run started',
      'start started',
      'start succeeded',
      'initial started',
      'initial succeeded',
      'if started',
      's skipped',
      'end_s skipped',
      says('initial', 'initial'),
      says('end_p', '\n'),
      'if succeeded',
      'p started',
      says('p', 'p1'),
      says('p', 'p2'),
      says('p', ''),
      'p succeeded',
      'end_p started',
      'end_p succeeded',
      'run finished',
    ]);
  });

  //  if ─true──► template ─► end1
  //     └─false► llm ──────► end2
  it('row 11: shows values in one piece each, streamed text as it comes', () => {
    const plan = buildPlan('start -> if\nif:true -> template -> end1\nif:false -> llm -> end2\nstart -> aside', {
      steps: {
        end1: { end: { query: 'start.query', x: 'template.output' } },
        end2: { end: { query: 'start.query', x: 'llm.text' } },
      },
    });
    const performers = {
      template: returns({ output: 'T' }),
      llm: lasting(30, streams('a', 'b')),
      aside: lasting(9, returns({})),
    };
    const input = { inputs: { query: 'q' } };
    const spoken = (exit: string) =>
      runInMemory(plan, { ...performers, if: takes(exit) }, input)
        .story()
        .filter((line) => line.includes('says'));
    expect(spoken('true')).toEqual([says('start', 'q'), says('end1', '\n'), says('template', 'T')]);
    expect(spoken('false')).toEqual([
      says('start', 'q'),
      says('end2', '\n'),
      says('llm', 'a'),
      says('llm', 'b'),
      says('llm', ''),
    ]);
  });

  it('row 12: keeps the order of its template when two steps stream at once', () => {
    const plan = buildPlan('start -> llm1 -> answer\nstart -> llm2 -> answer', {
      steps: { answer: { answer: '{{#llm2.text#}}{{#llm1.text#}}' } },
    });
    const run = runInMemory(plan, { llm1: lasting(4, streams('1a', '1b')), llm2: lasting(40, streams('2a', '2b')) });
    expect(run.story().slice(3)).toEqual([
      'llm1 started',
      'llm2 started',
      'llm1 succeeded',
      says('llm2', '2a'),
      says('llm2', '2b'),
      says('llm2', ''),
      says('llm1', '1a1b'),
      'llm2 succeeded',
      'answer started',
      'answer succeeded',
      'run finished',
    ]);
    expect(run.said).toBe(run.outcome?.outputs['answer']);
  });

  it('row 13: shows headings and values in the order of the template, not of execution', () => {
    const plan = buildPlan('start -> second -> first -> answer', {
      steps: { answer: { answer: '# 1\n{{#first.text#}}\n# 2\n{{#second.text#}}\n' } },
    });
    const run = runInMemory(plan, { first: streams('F1', 'F2'), second: streams('S1', 'S2') });
    expect(run.said).toBe('# 1\nF1F2\n# 2\nS1S2\n');
  });

  it('row 6: of a second answer waits for the first', () => {
    const plan = buildPlan('start -> fast -> answer1 -> answer2\nstart -> llm -> answer2', {
      steps: {
        answer1: { answer: '--- answer 1 ---\n\n{{#fast.x#}}\n' },
        answer2: { answer: '--- answer 2 ---\n\n{{#llm.text#}}\n' },
      },
    });
    const expected = '--- answer 1 ---\n\nfoo\n--- answer 2 ---\n\nmocked llm text\n';
    for (const [fastMs, llmMs] of [
      [1, 50],
      [50, 1],
    ] as const) {
      const run = runInMemory(plan, {
        fast: lasting(fastMs, returns({ x: 'foo' })),
        llm: lasting(llmMs, streams('mocked ', 'llm text')),
      });
      expect([run.said, run.outcome?.outputs]).toEqual([expected, { answer: expected }]);
    }
  });

  it('row 8: of one branch speaks while another is not decided', () => {
    const plan = buildPlan('start -> if\nif:true -> hello\nstart -> llm -> answer', {
      steps: { hello: { answer: "contains 'hello'" }, answer: { answer: '{{#llm.text#}}' } },
    });
    const run = runInMemory(plan, { if: takes('true'), llm: lasting(20, streams('a', 'b')) });
    expect(run.said).toBe("abcontains 'hello'");
    expect(run.outcome?.outputs).toEqual({ answer: "contains 'hello'ab" });
    expect(run.story().indexOf('llm started')).toBeLessThan(run.story().indexOf('if succeeded'));
    const without = runInMemory(plan, { if: takes('false'), llm: streams('a', 'b') });
    expect(without.said).toBe('ab');
  });

  it('opens on one path although another is blocked', () => {
    const plan = buildPlan('start -> a -> answer\nstart -> if\nif:true -> b -> answer', {
      steps: { answer: { answer: 'now {{#a.x#}}' } },
    });
    const run = runInMemory(plan, { if: lasting(50, takes('true')), a: returns({ x: 1 }) });
    expect(run.story()[1]).toBe(says('answer', 'now '));
  });

  it('opens by the failure exit of a step only when that is taken', () => {
    const plan = buildPlan('start -> llm -> good\nllm:fail-branch -> bad', {
      steps: { good: { answer: 'good: {{#llm.text#}}' }, bad: { answer: 'bad: {{#llm.error_message#}}' } },
    });
    expect(runInMemory(plan, { llm: streams('a', 'b') }).said).toBe('good: ab');
    const failing = runInMemory(plan, {
      llm: (_effect, emit) => {
        emit('text', 'half');
        return { ok: false, failure: { code: 'a.b', type: 'A', message: 'broke' } };
      },
    });
    expect(failing.said).toBe('bad: broke');
  });

  it('takes turns in the order of ids when two open at one moment', () => {
    const plan = buildPlan('start -> z\nstart -> a', { steps: { z: { answer: 'Z' }, a: { answer: 'A' } } });
    expect(runInMemory(plan).said).toBe('AZ');
  });

  it('stays quick where paths are beyond counting', () => {
    const layers = Array.from({ length: 40 }, (_, i) =>
      ['a', 'b', 'c'].flatMap((x) => ['a', 'b', 'c'].map((y) => `${x}${i} -> ${y}${i + 1}`)),
    );
    const plan = buildPlan(
      ['start -> a0', 'start -> b0', 'start -> c0', ...layers.flat(), 'a40 -> answer'].join('\n'),
      {
        steps: { answer: { answer: 'reached' } },
      },
    );
    expect(runInMemory(plan, {}, { isLarge: true }).said).toBe('reached');
  });

  it('of a run that fails says no more', () => {
    const plan = buildPlan('start -> llm -> answer', { steps: { answer: { answer: 'so {{#llm.text#}} far' } } });
    expect(runInMemory(plan, { llm: fails() }).said).toBe('so ');
  });

  it('that waits for ever does not silence the others in the end', () => {
    const plan = buildPlan('start -> b_said\nstart -> c -> a_stuck\na_stuck -> c', {
      steps: { a_stuck: { answer: 'never {{#c.x#}}' }, b_said: { answer: 'said' } },
    });
    const run = runInMemory(plan);
    expect([run.said, run.outcome?.outputs]).toEqual(['never said', { answer: 'said' }]);
  });
});
