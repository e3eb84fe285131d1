import { fails, lasting, returns, streams, type MemoryRun, type Performers } from '@tenon/engine/testing';
import { createFakeChatModel, createFakeModelDirectory } from '@tenon/ports/testing';
import { fixture } from '../testing/app-text.js';
import { runApp } from '../testing/run-app.js';

const run = (name: string, options: Parameters<typeof runApp>[1]) => runApp(fixture(name), options);

/** The lines of a run's story between two of them. */
function between(story: readonly string[], from: string, to: string): readonly string[] {
  expect(story).toEqual(expect.arrayContaining([from, to]));
  return story.slice(story.indexOf(from) + 1, story.indexOf(to));
}

const startedSteps = ({ events }: MemoryRun) =>
  events.flatMap((event) => (event.type === 'step.started' ? [event.stepKey] : []));

describe('an app speaks while it runs', () => {
  it('1: passes its input through, and says it before start has succeeded', async () => {
    const passed = await run('passthrough', { inputs: { query: 'hello' } });
    expect(passed.outcome).toMatchObject({ status: 'succeeded', outputs: { query: 'hello' } });
    const said = 'start says "hello"';
    const events = ['run started', 'start started', 'start succeeded', 'end started', 'end succeeded', 'run finished'];
    expect(passed.story().filter((line) => line !== said)).toEqual(events);
    expect(between(passed.story(), 'run started', 'start succeeded')).toContain(said);
    expect(passed.pieces).toHaveLength(1);
  });

  it('2: takes an output without a value type', async () => {
    const passed = await run('end-without-value-type', { inputs: { query: 'test query' } });
    expect(passed.outcome).toMatchObject({ status: 'succeeded', outputs: { query: 'test query' } });
    expect(passed.story()).toHaveLength(7);
  });

  it('3: streams a model through an answer, which adds nothing of its own', async () => {
    const model = createFakeChatModel({ answer: () => ({ text: ['one ', 'two ', 'three'] }) });
    const chat = await run('chatflow', { query: 'hi', ports: { models: createFakeModelDirectory([model]) } });
    expect(chat.outcome?.outputs).toMatchObject({ answer: 'one two three' });
    expect(between(chat.story(), 'llm started', 'llm succeeded')).toEqual([
      'llm says "one "',
      'llm says "two "',
      'llm says "three"',
      'llm says ""',
    ]);
    expect(chat.pieces).toHaveLength(4);
    expect(chat.said).toBe('one two three');
  });

  it('4: gives the stub of a model, and fails with the words of one', async () => {
    const inputs = { query: 'hi' };
    const succeeded = await run('llm-workflow', { inputs, performers: { llm: returns({ text: 'stub' }) } });
    expect(succeeded.outcome).toMatchObject({ status: 'succeeded', outputs: { answer: 'stub' } });
    const failed = await run('llm-workflow', { inputs, performers: { llm: fails({ message: 'no such luck' }) } });
    expect(failed.outcome).toMatchObject({ status: 'failed', failure: { message: 'no such luck', stepKey: 'llm' } });
  });

  it('5: says the pieces of an answer one by one, in its own name, before start has succeeded', async () => {
    const chat = await run('answer-with-text', { query: 'Hello, AI!' });
    expect(chat.outcome?.outputs).toMatchObject({ answer: 'prefixHello, AI!suffix' });
    expect(chat.story().slice(0, chat.story().indexOf('start succeeded'))).toEqual([
      'run started',
      'answer says "prefix"',
      'answer says "Hello, AI!"',
      'answer says "suffix"',
      'start started',
    ]);
    expect(chat.pieces).toHaveLength(3);
  });

  it.each([1, 500])('6: says answers in the order of the graph, with a model that takes %d ms', async (lastsMs) => {
    const chat = await run('answer-order', {
      query: 'q',
      performers: {
        llm: lasting(lastsMs, streams('mocked ', 'llm text')),
        fast: lasting(100, returns({ output: 'foo' })),
      },
    });
    const text = '--- answer 1 ---\n\nfoo\n--- answer 2 ---\n\nmocked llm text\n';
    expect(chat.outcome?.outputs['answer']).toBe(text);
    expect(chat.said).toBe(text);
  });

  it('8: runs a model beside a branch without waiting for it', async () => {
    const performers: Performers = { llm: lasting(50, streams('llm text')) };
    const greeted = await run('complex-branch', { query: 'hello world', performers });
    expect(greeted.outcome?.outputs['answer']).toBe("contains 'hello'llm text");
    expect(greeted.story().indexOf('llm started')).toBeLessThan(greeted.story().indexOf('check succeeded'));
    const other = await run('complex-branch', { query: 'good day', performers });
    expect(other.outcome?.outputs['answer']).toBe('llm text');
    expect(other.skipped('contains')).toBe(true);
  });

  it.each(['primary', 'secondary'])('10: says nothing before the way is clear, then all of it: %s', async (which) => {
    const performers = {
      llm_initial: streams('first ', 'words'),
      llm_primary: streams('p1', 'p2'),
      llm_secondary: streams('s1', 's2'),
    };
    const answered = await run('branch-after-llm', { inputs: { which }, performers });
    const story = answered.story();
    expect(between(story, 'run started', 'if_else started').filter((line) => line.includes(' says '))).toEqual([]);
    expect(between(story, 'if_else started', 'if_else succeeded').filter((line) => line.includes(' says '))).toEqual([
      'llm_initial says "first words"',
      `end_${which} says "\\n"`,
    ]);
    const letter = which.charAt(0);
    expect(between(story, `llm_${which} started`, `llm_${which} succeeded`)).toEqual([
      `llm_${which} says "${letter}1"`,
      `llm_${which} says "${letter}2"`,
      `llm_${which} says ""`,
    ]);
    expect(startedSteps(answered)).toEqual(['start', 'llm_initial', 'if_else', `llm_${which}`, `end_${which}`]);
    expect(answered.outcome?.outputs).toEqual({ initial: 'first words', result: `${letter}1${letter}2` });
  });

  describe('11: a template holds a text together, a model streams it', () => {
    const performers = { llm_blocking: streams('a', 'b'), llm_streaming: streams('c', 'd') };
    const said = (answered: MemoryRun) => answered.story().filter((line) => line.includes(' says '));

    it('11: blocking: the query, a line break and the text of the template', async () => {
      const answered = await run('streaming-or-template', { inputs: { query: 'q', blocking: 1 }, performers });
      expect(said(answered)).toEqual(['start says "q"', 'end_blocking says "\\n"', 'template says "[ab]"']);
      const story = answered.story();
      expect(story.indexOf('start says "q"')).toBeLessThan(story.indexOf('llm_blocking succeeded'));
      expect(answered.outcome?.outputs).toEqual({ query: 'q', text: '[ab]' });
    });

    it('11: streaming: the query, a line break and the pieces of the model', async () => {
      const answered = await run('streaming-or-template', { inputs: { query: 'q', blocking: 2 }, performers });
      expect(said(answered)).toEqual([
        'start says "q"',
        'end_streaming says "\\n"',
        'llm_streaming says "c"',
        'llm_streaming says "d"',
        'llm_streaming says ""',
      ]);
      expect(between(answered.story(), 'llm_streaming started', 'llm_streaming succeeded')).toHaveLength(3);
    });
  });

  it.each([
    ['llm1', 10, 100],
    ['llm2', 100, 10],
  ])('12: says two models in the order of the answer, with %s first', async (_first, one, two) => {
    const chat = await run('parallel-llms', {
      query: 'q',
      performers: { llm1: lasting(one, streams('你', '好')), llm2: lasting(two, streams('bon', 'jour')) },
    });
    const said = chat.story().filter((line) => line.includes(' says '));
    expect(said.join('')).toMatch(/^(llm2 says "[a-z]*")+(llm1 says "[^"]*")+$/);
    expect(chat.said).toBe('bonjour你好');
    expect(chat.outcome?.outputs['answer']).toBe('bonjour你好');
    expect(chat.story().indexOf(said.at(-1) as string)).toBeLessThan(chat.story().indexOf('answer started'));
  });

  it('13: never lets a later variable overtake an earlier one', async () => {
    const chat = await run('opposite-order', {
      query: 'q',
      performers: { first: streams('1a', '1b'), second: streams('2a', '2b') },
    });
    const text = '# First\n1a1b\n# Second\n2a2b\n# Third\nthird';
    expect(chat.said).toBe(text);
    expect(chat.outcome?.outputs['answer']).toBe(text);
    expect(between(chat.story(), 'run started', 'first started').filter((line) => line.includes(' says '))).toEqual([
      'answer says "# First\\n"',
    ]);
  });
});
