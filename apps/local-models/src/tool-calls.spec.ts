import { mayBecomeToolCall, parseToolCalls } from './tool-calls.js';

const tools = new Set(['get_weather', 'search']);
const call = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const expected = [{ name: 'get_weather', arguments: '{"city":"Paris"}' }];

it.each([
  ['bare', call],
  ['with white space around', `\n ${call}\n`],
  ['in a code fence', `\`\`\`json\n${call}\n\`\`\``],
  ['in a code fence without a language', `\`\`\`\n${call}\n\`\`\``],
  ['in tags', `<tool_call>\n${call}\n</tool_call>`],
  ['in a tag that is not closed', `<tool_call>\n${call}`],
  ['with its arguments as text', '{"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}'],
])('reads a call %s', (_, reply) => {
  expect(parseToolCalls(reply, tools)).toEqual(expected);
});

it('reads several calls in tags', () => {
  const reply = `<tool_call>\n${call}\n</tool_call>\n<tool_call>\n{"name":"search"}\n</tool_call>`;
  expect(parseToolCalls(reply, tools)).toEqual([...expected, { name: 'search', arguments: '{}' }]);
});

it.each([
  ['text around the call', `I call it: ${call}`],
  ['a tool that was not given', '{"name": "delete_all", "arguments": {}}'],
  ['JSON that is no call', '{"city": "Paris"}'],
  ['arguments that are no object', '{"name": "search", "arguments": [1]}'],
  ['a call that was cut off', call.slice(0, -5)],
  ['a good and a bad call', `<tool_call>${call}</tool_call><tool_call>oops</tool_call>`],
  ['nothing', ''],
])('takes %s for plain text', (_, reply) => {
  expect(parseToolCalls(reply, tools)).toBeUndefined();
});

it('holds text back only while it may become a call', () => {
  for (const beginning of ['', ' ', '{', '{"na', '`', '```json\n{', '<', '<tool', '<tool_call>\n{']) {
    expect([beginning, mayBecomeToolCall(beginning)]).toEqual([beginning, true]);
  }
  for (const beginning of ['H', 'Paris is', '`code`', '<b>', '[1']) {
    expect([beginning, mayBecomeToolCall(beginning)]).toEqual([beginning, false]);
  }
});
