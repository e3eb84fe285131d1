import { lookupIn, type Inputs } from '@tenon/engine';
import type { LlmInstruction } from './definition.js';
import { assemblePrompt } from './prompt.js';

const base: LlmInstruction = {
  model: { provider: 'openai', name: 'gpt-4o', mode: 'chat', parameters: {} },
  prompt: { mode: 'chat', messages: [] },
  jinjaVariables: [],
  memory: null,
  context: null,
  schema: null,
  reasoning: 'tagged',
};
const turns = [{ query: 'q', answer: 'a' }];
const basic = (text: string) => ({ role: 'user' as const, isJinja: false, text });
const chat = (
  ...messages: LlmInstruction['prompt'] extends infer P ? (P extends { messages: infer M } ? M : never) : never
) => ({ ...base, prompt: { mode: 'chat', messages } }) as LlmInstruction;
const completion = (text: string, more: Partial<LlmInstruction> = {}): LlmInstruction => ({
  ...base,
  prompt: { mode: 'completion', isJinja: false, text },
  ...more,
});
const memory = { turns: null, rolePrefix: { user: 'Human', assistant: 'AI' }, query: '' };

function assemble(instruction: LlmInstruction, inputs: Inputs = {}, said = turns) {
  return assemblePrompt(instruction, lookupIn(inputs), said).map(
    ({ role, content }) => `${role}: ${content as string}`,
  );
}

describe('the prompt of an llm step', () => {
  it('fills placeholders with the text of values', () => {
    const lines = assemble(chat(basic('{{#n.flag#}} {{#n.none#}}{{#n.map#}} {{#n.none#}}')), {
      'n.flag': true,
      'n.none': null,
      'n.map': { a: 1 },
    });
    expect(lines).toEqual(['user: True {"a": 1} ']);
  });

  it('renders Jinja with raw values', () => {
    const instruction = {
      ...chat({ role: 'system', isJinja: true, text: '{% for x in list %}[{{ x }}]{% endfor %}' }),
      jinjaVariables: [{ name: 'list', selector: ['n', 'list'] }],
    };
    expect(assemble(instruction, { 'n.list': [1, 'b'] })).toEqual(['system: [1][b]']);
  });

  it('puts the context in, and reads no template in it', () => {
    const instruction = { ...chat(basic('Use {{#context#}}, {{#n.a#}}.')), context: ['n', 'found'] };
    expect(assemble(instruction, { 'n.found': 'see {{#n.a#}}', 'n.a': 'b' })).toEqual(['user: Use see {{#n.a#}}, b.']);
  });

  it('has no context where its selector leads nowhere', () => {
    expect(assemble({ ...chat(basic('[{{#context#}}]')), context: ['n', 'skipped'] })).toEqual(['user: []']);
  });

  it('drops messages that are empty, and fails when nothing is left', () => {
    expect(assemble(chat(basic('{{#n.none#}}'), basic('a')), { 'n.none': null })).toEqual(['user: a']);
    expect(() => assemble(chat(basic('')))).toThrow(expect.objectContaining({ code: 'prompt.empty' }));
  });

  it('fails when something it names is not there, Jinja variables too', () => {
    const missing = expect.objectContaining({ code: 'variable.notFound', message: 'Variable n.a not found.' });
    expect(() => assemble(chat(basic('{{#n.a#}}')))).toThrow(missing);
    expect(() => assemble({ ...chat(basic('x')), jinjaVariables: [{ name: 'a', selector: ['n', 'a'] }] })).toThrow(
      missing,
    );
    expect(() => assemble({ ...chat(basic('x')), memory: { ...memory, query: '{{#n.a#}}' } })).toThrow(missing);
  });

  it('ends with the history and the question when there is a memory', () => {
    const instruction = { ...chat(basic('x')), memory: { ...memory, query: 'Q: {{#sys.query#}}' } };
    expect(assemble(instruction, { 'sys.query': 'now' })).toEqual([
      'user: x',
      'user: q',
      'assistant: a',
      'user: Q: now',
    ]);
    expect(assemble({ ...instruction, memory }, { 'sys.query': 'now' }).at(-1)).toBe('user: now');
  });

  describe('in completion mode', () => {
    const inputs = { 'sys.query': 'now #histories#' };

    it('puts the history where its marker stands, with and without braces', () => {
      const text = 'Before {{#histories#}} and {{#sys.query#}}';
      expect(assemble(completion(text, { memory }), inputs)).toEqual([
        'user: Before Human: q\nAI: a and now #histories#',
      ]);
      expect(assemble(completion('#histories# #sys.query#', { memory }), inputs)).toEqual([
        'user: Human: q\nAI: a now #histories#',
      ]);
    });

    it('puts the history first where there is no marker', () => {
      expect(assemble(completion('x', { memory }), inputs)).toEqual(['user: Human: q\nAI: a\nx']);
      expect(assemble(completion('x', { memory }), inputs, [])).toEqual(['user: x']);
    });

    it('needs the names of the speakers', () => {
      expect(() => assemble(completion('x', { memory: { ...memory, rolePrefix: null } }), inputs)).toThrow(
        expect.objectContaining({ code: 'prompt.rolePrefixMissing' }),
      );
    });
  });
});
