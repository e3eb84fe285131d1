import type { Json, JsonObject } from '@tenon/base';
import { compile } from '@tenon/compiler';
import { parseDefinition } from '@tenon/dsl';
import { fails, failsFirst, returns, takes, type PerformFunction } from '@tenon/engine/testing';
import { nodeDefinitions } from '../catalog/definitions.js';
import { appText, endNode, fixture, startNode } from '../testing/app-text.js';
import { runApp } from '../testing/run-app.js';

const code = (effect: Parameters<PerformFunction>[0]) => {
  const { code: source } = effect.instruction.config as { code: string };
  return { ok: true as const, outputs: { result: /"([^"]*)"}/.exec(source)?.[1] ?? null } };
};

describe('branches', () => {
  it('7: takes the branch of a query with "hello", and leaves the other without a trace', async () => {
    const greeted = await runApp(fixture('branching'), { inputs: { query: 'say hello' } });
    expect(greeted.outcome).toMatchObject({ status: 'succeeded', outputs: { greeting: 'hi: say hello' } });
    expect(greeted.started('other')).toEqual([]);
    const other = await runApp(fixture('branching'), { inputs: { query: 'bye' } });
    expect(other.outcome).toMatchObject({ status: 'succeeded', outputs: { echo: 'bye' } });
    expect(other.started('greet')).toEqual([]);
  });

  it.each([
    [1, { '1': 'Code 1', '2': 'Code 2', '3': null }],
    [0, { '1': null, '2': 'Code 2', '3': 'Code 3' }],
  ])('9: with switch %d runs a step of both branches once, and the join once', async (value, outputs) => {
    const performers = { code_1: code, code_2: code, code_3: code };
    const run = await runApp(fixture('parallel-code'), { inputs: { switch: value }, performers });
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs });
    expect(run.started('code_2')).toHaveLength(1);
    expect(run.started('end')).toHaveLength(1);
  });

  it.each([
    [1, 1, 'switch 1 on', 'switch 2 on'],
    [1, 0, 'switch 1 on', 'switch 2 off'],
    [0, 1, 'switch 1 off', 'switch 2 on'],
    [0, 0, 'switch 1 off', 'switch 2 off'],
  ])('14: joins two switches at %d and %d in groups', async (switch1, switch2, group1, group2) => {
    const run = await runApp(fixture('dual-switch'), { inputs: { switch1, switch2 } });
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs: { group1, group2 } });
  });

  const condition = (path: string, comparison_operator: string, value: Json) => ({
    variable_selector: path.split('.'),
    comparison_operator,
    value,
  });
  const decide = async (decision: JsonObject, field: JsonObject, input: Json) => {
    const nodes = {
      start: startNode({ variable: 'v', ...field }),
      needle: { type: 'template-transform', template: 'pho', variables: [] },
      check: { type: 'if-else', ...decision },
      end: endNode({ taken: 'check.selected_case_id' }),
    };
    const edges = [
      'start -> needle',
      'needle -> check',
      'check:true -> end',
      'check:second -> end',
      'check:false -> end',
    ];
    const run = await runApp(appText({ nodes, edges }), { inputs: { v: input } });
    return run.outcome?.outputs['taken'];
  };
  const text = { type: 'text-input' };

  it('37: decides by the one case of older files', async () => {
    const legacy = { conditions: [condition('start.v', 'is', 'a')], logical_operator: 'and' };
    expect(await decide(legacy, text, 'a')).toBe('true');
    expect(await decide(legacy, text, 'b')).toBe('false');
  });

  it('37: takes the second case and never looks at the third', async () => {
    const cases = [
      { case_id: 'true', logical_operator: 'and', conditions: [condition('start.v', 'is', 'x')] },
      { case_id: 'second', logical_operator: 'and', conditions: [condition('start.v', 'is', 'a')] },
      { case_id: 'third', logical_operator: 'and', conditions: [condition('start.missing', 'is', 'a')] },
    ];
    expect(await decide({ cases }, text, 'a')).toBe('second');
  });

  it('37: takes an empty list of cases for none, whatever older settings say', async () => {
    const decision = { cases: [], conditions: [condition('start.v', 'is', 'a')], logical_operator: 'and' };
    expect(await decide(decision, text, 'a')).toBe('false');
  });

  const holds = (comparison_operator: string, value: Json, field: JsonObject, input: Json) =>
    decide(
      { cases: [{ case_id: 'true', conditions: [condition('start.v', comparison_operator, value)] }] },
      field,
      input,
    );

  it.each([
    [0, '≤', '0.95'],
    [1, '≥', '0.95'],
    [1.1, '≥', '0.95'],
    [1.1, '>', '0'],
  ])('38: %d %s "%s"', async (actual, operator, expected) => {
    expect(await holds(operator, expected, { type: 'number' }, actual)).toBe('true');
  });

  it('39: reads the text it compares a boolean with as one', async () => {
    expect(await holds('is', 'false', { type: 'checkbox' }, false)).toBe('true');
    expect(await holds('is', 'true', { type: 'checkbox' }, false)).toBe('false');
  });

  it('40: fills what it compares with', async () => {
    expect(await holds('contains', '{{#needle.output#}}', text, 'graphon')).toBe('true');
    expect(await holds('contains', '{{#needle.output#}}', text, 'graph on')).toBe('false');
  });
});

describe('failures', () => {
  const nodes = {
    start: startNode(),
    risky: { type: 'code', code_language: 'python3', code: 'def main(): ...', variables: [], outputs: {} },
    fine: endNode({ result: 'risky.result', message: 'risky.error_message' }),
    rescued: endNode({ message: 'risky.error_message', type: 'risky.error_type' }),
  };
  const app = (settings: JsonObject) =>
    appText({
      nodes: { ...nodes, risky: { ...nodes.risky, ...settings } },
      edges: ['start -> risky', 'risky -> fine', 'risky:fail-branch -> rescued'],
    });
  const failure = { message: 'boom', type: 'CodeExecutionError' };

  it('56: takes the failure branch with the message and the type of the failure', async () => {
    const run = await runApp(app({ error_strategy: 'fail-branch' }), { performers: { risky: fails(failure) } });
    expect(run.outcome).toMatchObject({
      status: 'partiallySucceeded',
      exceptions: 1,
      outputs: { message: 'boom', type: 'CodeExecutionError' },
    });
    expect(run.state.steps).toMatchObject({ risky: { status: 'handled', exit: 'fail-branch' } });
    expect(run.skipped('fine')).toBe(true);
  });

  it('56: skips the failure branch of a step that succeeds', async () => {
    const performers = { risky: returns({ result: 'ok' }) };
    const run = await runApp(app({ error_strategy: 'fail-branch' }), { performers });
    expect(run.outcome).toMatchObject({ status: 'succeeded', outputs: { result: 'ok', message: null } });
    expect(run.skipped('rescued')).toBe(true);
  });

  it('57: tries again, telling of each retry, and starts the step once', async () => {
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 10 };
    const plain = appText({
      nodes: { start: nodes.start, risky: { ...nodes.risky, retry_config }, fine: nodes.fine },
      edges: ['start -> risky', 'risky -> fine'],
    });
    const run = await runApp(plain, { performers: { risky: failsFirst(2, returns({ result: 'ok' }), failure) } });
    expect(run.outcome).toMatchObject({ status: 'partiallySucceeded', exceptions: 2, outputs: { result: 'ok' } });
    expect(run.started('risky')).toHaveLength(1);
    const retries = run.events.flatMap((event) => (event.type === 'step.retrying' ? [event.retry] : []));
    expect(retries).toEqual([1, 2]);
  });

  it('57: does not try again what its type cannot', async () => {
    const retry_config = { retry_enabled: true, max_retries: 3, retry_interval: 10 };
    const check = { type: 'if-else', cases: [{ case_id: 'true', conditions: [] }], retry_config };
    const text = appText({
      nodes: { start: nodes.start, check, end: endNode({}) },
      edges: ['start -> check', 'check:true -> end'],
    });
    const run = await runApp(text, { performers: { check: failsFirst(1, takes('true')) } });
    expect(run.outcome?.status).toBe('failed');
  });
});

describe('58: validation of a graph', () => {
  const issuesOf = (text: string) => {
    const parsed = parseDefinition(text);
    return parsed.ok ? compile(parsed.definition, nodeDefinitions).issues : parsed.issues;
  };
  const valid = { nodes: { start: startNode(), end: endNode({}) }, edges: ['start -> end'] };

  it('58: names each edge to a node that is missing', () => {
    const issues = issuesOf(appText({ ...valid, edges: ['start -> nowhere', 'start -> end', 'lost -> end'] }));
    const errors = issues.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(2);
    expect(errors.map(({ path }) => path.slice(0, 4))).toEqual([
      ['workflow', 'graph', 'edges', 0],
      ['workflow', 'graph', 'edges', 2],
    ]);
  });

  it('58: ignores notes', async () => {
    const document = JSON.parse(appText(valid)) as { workflow: { graph: { nodes: Json[] } } };
    document.workflow.graph.nodes.unshift({
      id: 'note',
      type: 'custom-note',
      data: { type: '', text: 'hi', theme: 'blue' },
    });
    const run = await runApp(JSON.stringify(document));
    expect(run.outcome?.status).toBe('succeeded');
    expect(JSON.stringify(run.events)).not.toContain('note');
  });

  it('58: refuses an app that begins nowhere, and a run that would', async () => {
    const issues = issuesOf(appText({ nodes: { end: endNode({}) }, edges: [] }));
    expect(issues.some(({ severity }) => severity === 'error')).toBe(true);
    const run = await runApp(appText(valid), { root: 'nowhere' });
    expect(run.outcome).toMatchObject({ status: 'failed', failure: { code: 'run.unknownRoot' } });
  });
});
