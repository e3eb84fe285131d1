import type { JsonObject } from '@tenon/base';
import { createFakeChatModel, createFakeModelDirectory } from '@tenon/ports/testing';
import { appText, endNode, startNode } from '../testing/app-text.js';
import { runApp } from '../testing/run-app.js';

const model = { provider: 'openai', name: 'gpt-4o', mode: 'chat', completion_params: {} };
const llmNode = (settings: JsonObject): JsonObject => ({
  type: 'llm',
  model,
  prompt_template: [{ role: 'user', text: 'hi' }],
  context: { enabled: false, variable_selector: [] },
  ...settings,
});

function ask(
  nodes: Readonly<Record<string, JsonObject>>,
  edges: readonly string[],
  chunks: readonly string[],
  capability?: boolean,
) {
  const fake = createFakeChatModel({ answer: () => ({ text: chunks }) });
  const serving = capability === undefined ? fake : { ...fake, followsSchemas: capability };
  const text = appText({ nodes, edges, mode: 'workflow' });
  return runApp(text, { ports: { models: createFakeModelDirectory([serving]) } });
}

describe('48: labels of a classifier', () => {
  const classify = (reply: JsonObject) =>
    ask(
      {
        start: startNode(),
        sort: {
          type: 'question-classifier',
          model,
          query_variable_selector: ['start', 'v'],
          classes: [
            { id: 'a', name: 'About one' },
            { id: 'b', name: 'About two', label: 'Two' },
          ],
        },
        first: endNode({ label: 'sort.class_label', name: 'sort.class_name' }),
        second: endNode({ label: 'sort.class_label', name: 'sort.class_name' }),
      },
      ['start -> sort', 'sort:a -> first', 'sort:b -> second'],
      [JSON.stringify(reply)],
    );

  it('48: gives a label of its own, or the number of the class', async () => {
    const second = await classify({ category_id: 'b', category_name: 'About two' });
    expect(second.outcome?.outputs).toEqual({ label: 'Two', name: 'About two' });
    expect(second.skipped('first')).toBe(true);
    const first = await classify({ category_id: 'a', category_name: 'About one' });
    expect(first.outcome?.outputs).toEqual({ label: 'CLASS 1', name: 'About one' });
  });

  it('48: takes the first class for an id that there is not', async () => {
    const run = await classify({ category_id: 'z', category_name: 'About nothing' });
    expect(run.outcome?.outputs).toEqual({ label: 'CLASS 1', name: 'About one' });
    expect(run.skipped('second')).toBe(true);
  });
});

describe('49: separated reasoning', () => {
  const reason = async (chunks: readonly string[]) => {
    const run = await ask(
      {
        start: startNode(),
        llm: llmNode({ reasoning_format: 'separated' }),
        end: endNode({ text: 'llm.text', reasoning: 'llm.reasoning_content' }),
      },
      ['start -> llm', 'llm -> end'],
      chunks,
    );
    const thoughts = run.pieces.flatMap((piece) => (piece.type === 'reasoning' ? [piece.text] : []));
    const { text, reasoning } = run.outcome?.outputs as { text: string; reasoning: string };
    return { text, reasoning, thoughts: thoughts.join(''), count: thoughts.length };
  };

  it.each([
    ['tags split over chunks', ['<thi', 'nk>wh', 'y</th', 'ink>\n\nhel', 'lo'], 'hello', 'why'],
    ['attributes', ['<think mode="deep">why</think>hello'], 'hello', 'why'],
    ['several blocks', ['<think>a</think>one\n\n\n', '<think>b</think>\n\ntwo'], 'one\n\ntwo', 'a\nb'],
    ['an unclosed block', ['hello <think>and', ' on'], 'hello', 'and on'],
  ])('49: with %s', async (_what, chunks, text, reasoning) => {
    expect(await reason(chunks)).toMatchObject({ text, reasoning, thoughts: reasoning });
  });

  it('49: another tag is text, and nothing is said of thoughts', async () => {
    expect(await reason(['<thinker>hello</thinker>'])).toEqual({
      text: '<thinker>hello</thinker>',
      reasoning: '',
      thoughts: '',
      count: 0,
    });
  });
});

describe('50: structured output', () => {
  const schema = {
    type: 'object',
    properties: { person: { type: 'object', properties: { age: { type: 'integer' } } } },
  };
  const structure = (reply: string, more: JsonObject = {}, capability?: boolean) =>
    ask(
      {
        start: startNode(),
        llm: llmNode({ structured_output: { schema, ...more }, structured_output_enabled: true }),
        end: endNode({ age: 'llm.structured_output.person.age' }),
      },
      ['start -> llm', 'llm -> end'],
      [reply],
      capability,
    );

  it('50: gives an object that follows its schema', async () => {
    const run = await structure('{"person": {"age": 3}}');
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs: { age: 3 } });
  });

  it.each([
    ['that does not follow it', '{"person": {"age": "three"}}', /\$\.person\.age: must be integer/],
    ['that is missing', 'I would rather not.', /no structured output/],
  ])('50: fails for an object %s', async (_what, reply, message) => {
    const { outcome } = await structure(reply);
    expect(outcome?.failure).toMatchObject({ type: 'LLMNodeError', message: expect.stringMatching(message) as string });
  });

  it('50: fails for a model that cannot', async () => {
    const { outcome } = await structure('{}', {}, false);
    expect(outcome?.failure).toMatchObject({
      type: 'LLMNodeError',
      message: expect.stringContaining('stage=capability') as string,
    });
  });

  it('50: refuses a schema that refers to another document', async () => {
    const remote = { type: 'object', properties: { a: { $ref: 'https://example.com/schema.json' } } };
    await expect(structure('{}', { schema: remote })).rejects.toThrow(
      /node\.invalidSchema.*only refer to parts of itself/,
    );
  });
});
