import type { Json, JsonObject } from '@tenon/base';
import { pathText } from '@tenon/dsl';
import { IssueList } from './compile-issue.js';
import { readFailing } from './failing.js';

function read(data: JsonObject, honoursRetry = true) {
  const issues = new IssueList();
  const failing = readFailing(data, honoursRetry, { nodeId: 'n', path: ['data'], issues });
  return { ...failing, issues: issues.all.map(({ severity, code, path }) => `${severity} ${code} ${pathText(path)}`) };
}
const withDefault = (type: string, value: Json) =>
  read({ error_strategy: 'default-value', default_value: [{ key: 'x', type, value }] });

it.each([[{}], [{ error_strategy: null }], [{ error_strategy: 'none' }], [{ retry_config: null }]])(
  'stops where %j says nothing else',
  (data) => {
    expect(read(data)).toEqual({ retry: { maxRetries: 0, intervalMs: 0 }, rule: { then: 'stop' }, issues: [] });
  },
);

it('reads how often and how long to wait before another try', () => {
  const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: { $float: '100.0' } };
  expect(read({ retry_config }).retry).toEqual({ maxRetries: 3, intervalMs: 100 });
  expect(read({ retry_config: { ...retry_config, retry_enabled: false } }).retry.maxRetries).toBe(0);
});

it('ignores retry settings of types that do not honour them', () => {
  expect(read({ retry_config: { retry_enabled: true, max_retries: 'many' } }, false)).toMatchObject({
    retry: { maxRetries: 0 },
    issues: [],
  });
});

it('refuses settings that are no numbers and cuts those that are too large', () => {
  expect(read({ retry_config: { retry_enabled: true, max_retries: -1, retry_interval: 'soon' } }).issues).toEqual([
    'error node.invalidRetry data.retry_config.max_retries',
    'error node.invalidRetry data.retry_config.retry_interval',
  ]);
  expect(read({ retry_config: { retry_enabled: true, max_retries: 1e9, retry_interval: 1e9 } })).toMatchObject({
    retry: { maxRetries: 100, intervalMs: 3_600_000 },
    issues: [
      'warning node.retryCut data.retry_config.max_retries',
      'warning node.retryCut data.retry_config.retry_interval',
    ],
  });
});

it('refuses an error strategy that it does not know', () => {
  expect(read({ error_strategy: 'hope' }).issues).toEqual(['error node.unknownErrorStrategy data.error_strategy']);
});

it.each<[string, Json, Json]>([
  ['string', '', ''],
  ['string', '1', '1'],
  ['number', '0', { $float: '0.0' }],
  ['number', '1.5', 1.5],
  ['number', 200, 200],
  ['object', '{"$ref": [1, 1.0]}', { $$ref: [1, { $float: '1.0' }] }],
  ['object', {}, {}],
  ['array[number]', '[1, 2.5]', [1, 2.5]],
  ['array[string]', ['a'], ['a']],
  ['array[object]', '[{}]', [{}]],
  ['array[file]', '["unchecked"]', ['unchecked']],
])('reads a default of the type %s from %j', (type, given, value) => {
  expect(withDefault(type, given)).toMatchObject({ rule: { then: 'default', outputs: { x: value } }, issues: [] });
});

it.each<[string, Json]>([
  ['string', 1],
  ['number', ''],
  ['number', 'ten'],
  ['number', true],
  ['object', ''],
  ['object', '[]'],
  ['object', '{broken'],
  ['array[string]', '[1]'],
  ['boolean', true],
])('refuses a default of the type %s from %j', (type, given) => {
  expect(withDefault(type, given).issues).toEqual(['error node.invalidDefaultValue data.default_value[0]']);
});

it('refuses a default without a key or with an unsafe one', () => {
  const items: Json = [{ type: 'string', value: 'a' }, { key: '__proto__', type: 'string', value: 'a' }, 'text'];
  expect(read({ error_strategy: 'default-value', default_value: items }).issues).toHaveLength(3);
});

it('gives no outputs where defaults are chosen but none are set', () => {
  expect(read({ error_strategy: 'default-value' })).toMatchObject({
    rule: { then: 'default', outputs: {} },
    issues: [],
  });
});
