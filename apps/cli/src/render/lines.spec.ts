import type { Issue } from '../api/apps.js';
import { issueLines, pathText } from './issue-lines.js';
import { count, describeBytes, describeDuration, describeReceived } from './quantity.js';
import { resultLines, wayText } from './run-lines.js';
import { tableLines } from './table-lines.js';
import { oneLine, valueText } from './value-text.js';

describe('what people read', () => {
  it('measures time and size in the unit that fits', () => {
    expect([0, 999, 1_000, 9_949, 9_950, 59_400, 60_000, 3_725_000].map(describeDuration)).toEqual([
      ...['0 ms', '999 ms', '1.0 s', '9.9 s', '10 s', '59 s', '1 min 0 s', '1 h 2 min'],
    ]);
    expect([0, 999, 64_000, 491_400_064, 1_117_320_768].map(describeBytes)).toEqual([
      ...['0 bytes', '999 bytes', '64 kB', '491 MB', '1.1 GB'],
    ]);
    expect(describeReceived(120e6, 491e6)).toBe('120 of 491 MB (24 %)');
    expect(describeReceived(5e6, 0)).toBe('5 MB');
    expect([count(1, 'step'), count(2, 'step')]).toEqual(['1 step', '2 steps']);
  });

  it('lists issues with their place, errors first, and counts them', () => {
    const issue = (severity: Issue['severity'], path: string[], line: number | null): Issue => ({
      ...{ severity, code: 'node.unknownType', message: 'Unknown.', path, line },
    });
    const issues = [issue('WARNING', [], null), issue('ERROR', ['graph', 'nodes', '2', 'data'], 7)];
    expect(issueLines(issues, (_, text) => text)).toEqual([
      'error    graph.nodes[2].data, line 7: Unknown.  [node.unknownType]',
      'warning  Unknown.  [node.unknownType]',
      '1 error, 1 warning',
    ]);
    expect(issueLines([], (_, text) => text)).toEqual([]);
    expect(pathText(['0', 'a'])).toBe('[0].a');
  });

  it('puts columns under each other', () => {
    expect(
      tableLines([
        ['a', 'bb', 'c'],
        ['aaa', '', ''],
        ['', 'b', 'long'],
      ]),
    ).toEqual(['a    bb  c', 'aaa', '     b   long']);
  });

  it('prints a result as its text, and several by name', () => {
    expect(resultLines({ answer: 'a\nb', outputs: null })).toEqual(['a\nb']);
    expect(resultLines({ answer: null, outputs: { text: 'only' } })).toEqual(['only']);
    expect(resultLines({ answer: null, outputs: { count: 1 } })).toEqual(['count: 1']);
    expect(resultLines({ answer: null, outputs: { a: 'x', b: 'y\nz' } })).toEqual(['a: x', 'b:', '  y', '  z']);
    expect(resultLines({ answer: null, outputs: null })).toEqual([]);
  });

  it('names the way a step left where it had a choice', () => {
    expect([null, 'source', 'chat', 'false'].map(wayText)).toEqual(['', '', '→ chat', '→ else']);
  });

  it('shortens text to one line without cutting a character in half', () => {
    expect(oneLine('  a\n b ', 10)).toBe('a b');
    expect(oneLine('😀😀😀😀', 3)).toBe('😀😀…');
    expect(valueText({ a: 'x'.repeat(100) })).toContain('\n');
  });
});
