import { parseDefinition } from '@tenon/dsl';
import type { AppFileReportPartsFragment } from './import.generated.js';
import { findingsOf, type Finding } from './import-findings.js';
import type { ModelGap } from './model-gaps.js';

const FILE = `
version: 0.3.0
app: {name: A, mode: workflow}
workflow:
  environment_variables:
    - {id: k, name: KEY, value_type: secret, value: ''}
    - {id: v, name: PLACE, value_type: string, value: ''}
  graph: {edges: [], nodes: [
    {id: s, data: {type: start, title: Start}},
    {id: a, data: {type: llm, title: Ask}},
    {id: b, data: {type: llm, title: Ask again}},
    {id: x, data: {type: of-tomorrow, title: X}},
    {id: n, type: custom-note, data: {}}]}
`;
const parsed = parseDefinition(FILE);
const definition = parsed.ok ? parsed.definition : undefined;
const content = { name: 'A', mode: 'workflow', version: '0.3.0', definition, models: [] };
const issue = (severity: 'ERROR' | 'WARNING', code: string, nodeId: string | null = null) => ({
  ...{ severity, code, nodeId, message: `${code}.`, path: ['workflow', 'x'], line: null },
});
const gap: ModelGap = { named: 'tongyi/qwen', nodeIds: ['a', 'b'], otherwise: { kind: 'stops' } };

const shown = (findings: readonly Finding[]) =>
  findings.map(({ kind, node, path, found, done }) => [
    kind,
    node?.id ?? path,
    'code' in found ? found.code : found[0],
    done[0],
  ]);

it('tells what asks for something first, then what is not supported, what is adapted and what is taken over', () => {
  const issues = [
    issue('WARNING', 'edge.missingNode'),
    issue('ERROR', 'node.unknownType', 'x'),
    issue('ERROR', 'node.invalidConfig', 'a'),
  ];
  expect(shown(findingsOf({ content, issues }, [gap]))).toEqual([
    ['needsInput', 'a', 'node.invalidConfig', 'import.did.mend'],
    ['needsInput', 'a', 'import.found.model', 'import.did.choose'],
    ['needsInput', 'env › KEY', 'import.found.secret', 'import.did.empty'],
    ['notSupported', 'x', 'node.unknownType', 'import.did.placeholder'],
    ['adapted', 'workflow › x', 'edge.missingNode', 'import.did.asIs'],
    ['adapted', 'version', 'import.found.version', 'import.did.lifted'],
    ['imported', undefined, 'import.found.nodes', 'import.did.taken'],
  ]);
});

it('counts as taken over what nothing is said of, without notes', () => {
  const [last] = findingsOf({ content, issues: [issue('ERROR', 'node.unknownType', 'x')] }, [gap]).slice(-1);
  expect(last?.found).toEqual(['import.found.nodes', { count: 1 }]);
});

it('asks for no model where another answers', () => {
  const otherwise = { kind: 'standIn', model: 'local/local-chat' } as const;
  const found = findingsOf({ content, issues: [] }, [{ ...gap, otherwise }]);
  expect(shown(found)).toContainEqual(['adapted', 'a', 'import.found.model', 'import.did.standIn']);
});

it('lifts no file that is newer or as new', () => {
  const codes = (report: AppFileReportPartsFragment) => shown(findingsOf(report, [])).map(([, , found]) => found);
  expect(codes({ content: { ...content, version: '0.7.0' }, issues: [] })).not.toContain('import.found.version');
  const newer = { content: { ...content, version: '9.0.0' }, issues: [issue('WARNING', 'version.newer')] };
  expect(codes(newer)).not.toContain('import.found.version');
});

it('says of a file that cannot be read that nothing is taken in', () => {
  const unread: AppFileReportPartsFragment = {
    content: null,
    issues: [{ ...issue('ERROR', 'definition.notYaml'), path: [], line: 3 }],
  };
  expect(shown(findingsOf(unread, []))).toEqual([['needsInput', '', 'definition.notYaml', 'import.did.nothing']]);
});
