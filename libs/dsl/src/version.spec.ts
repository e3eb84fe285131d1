import { compareVersions } from './version.js';

it.each([
  ['0.7.0', 'completed'],
  ['0.6.0', 'completed-with-warnings'],
  ['0.1.0', 'completed-with-warnings'],
  ['0.7.1', 'pending'],
  ['0.8.0', 'pending'],
  ['1.0.0', 'pending'],
  ['0.7', 'completed'],
  ['latest', 'failed'],
  ['', 'failed'],
])('61: a file of version %j is %s', (version, status) => {
  expect(compareVersions(version)).toBe(status);
});

it('compares with another supported version', () => {
  expect(compareVersions('0.3.0', '0.3.1')).toBe('completed');
  expect(compareVersions('0.9.9', '1.0.0')).toBe('pending');
});
