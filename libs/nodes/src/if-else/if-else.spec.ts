import type { JsonObject } from '@tenon/base';
import { failureIn, performNode } from '../testing/perform-node.js';
import { definition } from './definition.js';

const condition = (name: string, comparison_operator: string, value: JsonObject[string] = '') => ({
  id: 'x',
  varType: 'string',
  variable_selector: ['n', name],
  comparison_operator,
  value,
});
const pool = { n: { text: 'hello world', part: 'wor', zero: 0 } };
const decide = (data: JsonObject) => performNode('if-else', data, { pool });

describe('an if-else step', () => {
  it('takes the first case that holds and looks at no other', async () => {
    const cases = [
      { case_id: 'true', logical_operator: 'and', conditions: [condition('text', 'is', 'x')] },
      {
        case_id: 'second',
        logical_operator: 'or',
        conditions: [condition('text', 'is', 'x'), condition('text', 'contains', '{{#n.part#}}')],
      },
      { case_id: 'third', logical_operator: 'and', conditions: [condition('missing', 'is', 'x')] },
    ];
    expect((await decide({ cases })).result).toEqual({
      ok: true,
      exit: 'second',
      outputs: { result: true, selected_case_id: 'second' },
    });
  });

  it('takes "false" when none does', async () => {
    const cases = [{ case_id: 'true', conditions: [condition('zero', 'not empty')] }];
    expect((await decide({ cases })).result).toEqual({
      ok: true,
      exit: 'false',
      outputs: { result: false, selected_case_id: 'false' },
    });
  });

  it('B61 fails for a variable that is not there and for one of the wrong type', async () => {
    const one = (item: JsonObject) => decide({ cases: [{ case_id: 'true', conditions: [item] }] });
    expect(failureIn(await one(condition('missing', 'empty')))).toMatchObject({ type: 'VariableNotFoundError' });
    expect(failureIn(await one(condition('zero', 'is', '0')))).toMatchObject({ code: 'condition.wrongType' });
  });

  it('has an exit for each case and one for none', () => {
    const exits = (data: object) => definition.exits(definition.config.parse(data));
    expect(
      exits({
        cases: [
          { case_id: 'true', conditions: [] },
          { case_id: 'b', conditions: [] },
        ],
      }),
    ).toEqual(['true', 'b', 'false']);
    expect(exits({ conditions: [condition('text', 'is', 'x')], logical_operator: 'and' })).toEqual(['true', 'false']);
    expect(exits({ cases: [] })).toEqual(['false']);
  });

  it('refers to what it compares and what it compares with', () => {
    const config = definition.config.parse({
      cases: [{ case_id: 'a', conditions: [condition('text', 'contains', '{{#n.part#}}')] }],
    });
    expect(definition.references(config, { nodeId: 'node', mode: 'workflow' })).toEqual([
      { selector: ['n', 'text'], path: ['cases', 0, 'conditions', 0, 'variable_selector'] },
      { selector: ['n', 'part'], path: ['cases', 0, 'conditions', 0, 'value'] },
    ]);
  });

  it('says that it cannot look into files', () => {
    const onFiles = { ...condition('files', 'contains'), sub_variable_condition: { conditions: [{ key: 'size' }] } };
    const config = definition.config.parse({ cases: [{ case_id: 'a', conditions: [onFiles] }] });
    expect(definition.check?.(config)).toMatchObject([{ severity: 'error', code: 'node.fileCondition' }]);
  });
});
