import type { GraphNode } from '@tenon/dsl';
import { summaryOf } from './summary-of.js';

const titles = new Map([['llm1', 'Reply']]);
const of = (type: string, data: object) =>
  summaryOf({ id: 'n', data: { type, title: 'N', ...data } } as never as GraphNode, (id) => titles.get(id));

it.each([
  ['llm', { model: { name: 'gpt-4o-mini', provider: 'openai' } }, 'gpt-4o-mini'],
  ['http-request', { method: 'post', url: 'https://api.example.com/v1?x=1' }, 'POST api.example.com'],
  ['http-request', { method: 'get', url: '{{#env.base#}}/users' }, 'GET env.base/users'],
  [
    'answer',
    { answer: 'So: {{#llm1.text#}}, {{#gone.a.b#}} {{#sys.query#}} {{#odd#}}' },
    'So: Reply.text, gone.a.b sys.query {{#odd#}}',
  ],
  ['question-classifier', { classes: [{ name: 'billing' }, { name: 'technical' }] }, 'billing, technical'],
  ['start', { variables: [{ variable: 'topic' }, { variable: 'length' }] }, 'topic, length'],
  ['assigner', { items: [{ variable_selector: ['conversation', 'memory'] }] }, 'memory'],
  ['template-transform', { template: 'Dear {{ name }},\n\n  thanks' }, 'Dear {{ name }}, thanks'],
  ['loop', { loop_count: 10 }, '≤ 10'],
  ['start', {}, ''],
  ['no-such-type', { model: { name: 'x' } }, ''],
])('%s with %j says %j', (type, data, said) => {
  expect(of(type, data)).toBe(said);
});

it('says the conditions of each branch', () => {
  const condition = (name: string, value: string) => ({
    variable_selector: ['llm', name],
    comparison_operator: 'contains',
    value,
  });
  const cases = [
    { logical_operator: 'and', conditions: [condition('text', 'yes'), condition('text', 'sure')] },
    { logical_operator: 'or', conditions: [condition('text', 'no'), condition('mood', 'bad')] },
  ];
  expect(of('if-else', { cases })).toBe(
    'text contains yes & text contains sure / text contains no | mood contains bad',
  );
});

it('takes whatever a file holds', () => {
  for (const odd of [null, 1, 'x', [], {}, [null], [{ name: { a: 1 } }], [[[]]]])
    for (const type of ['llm', 'if-else', 'start', 'http-request', 'question-classifier', 'answer', 'assigner'])
      expect(
        typeof of(type, { model: odd, cases: odd, variables: odd, url: odd, classes: odd, answer: odd, items: odd }),
      ).toBe('string');
});
