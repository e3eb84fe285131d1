import { listNamedModels, replaceModels } from './named-models.js';
import { parseDefinition } from './parse.js';
import type { Definition } from './definition.js';

function read(text: string): Definition {
  const parsed = parseDefinition(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.definition;
}

const model = (provider: string, name: string) =>
  `model: {provider: ${provider}, name: ${name}, completion_params: {temperature: 0.5}}`;
const GRAPH = read(`
app: {name: A, mode: workflow}
workflow: {graph: {edges: [], nodes: [
  {id: s, data: {type: start}},
  {id: a, data: {type: llm, ${model('langgenius/openai/openai', 'gpt-4o')}}},
  {id: b, data: {type: of-tomorrow, ${model('tongyi', 'qwen')}}},
  {id: c, data: {type: llm, model: gpt}},
  {id: d, data: {type: llm, model: {provider: '', name: x}}}]}}
`);
const CHAT = read(`
app: {name: A, mode: chat}
model_config: {${model('openai', 'gpt-4o')}}
`);

it('lists every place of a graph that names a model, and the one of an app without graph', () => {
  expect(listNamedModels(GRAPH)).toEqual([
    { model: { provider: 'langgenius/openai/openai', name: 'gpt-4o' }, nodeId: 'a' },
    { model: { provider: 'tongyi', name: 'qwen' }, nodeId: 'b' },
  ]);
  expect(listNamedModels(CHAT)).toEqual([{ model: { provider: 'openai', name: 'gpt-4o' } }]);
});

it('puts others in their place and touches nothing else', () => {
  const other = { provider: 'ollama', name: 'llama' };
  const replaced = replaceModels(GRAPH, ({ model: { name } }) => (name === 'qwen' ? other : undefined));
  expect(listNamedModels(replaced).map(({ model: { name } }) => name)).toEqual(['gpt-4o', 'llama']);
  const text = JSON.stringify(GRAPH);
  expect(JSON.stringify(replaced)).toBe(
    text.replace('"provider":"tongyi","name":"qwen"', '"provider":"ollama","name":"llama"'),
  );
  expect(listNamedModels(replaceModels(CHAT, () => other))).toEqual([{ model: other }]);
  expect(replaceModels(CHAT, () => undefined)).toEqual(CHAT);
});
