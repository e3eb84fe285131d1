import type { Json } from '@tenon/base';
import { parseDefinition } from '@tenon/dsl';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readOutline } from './start-form.js';

async function definitionOf(example: string): Promise<Json> {
  const file = path.resolve(import.meta.dirname, '../../../../examples', example);
  const parsed = parseDefinition(await readFile(file, 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.definition as unknown as Json;
}

describe('readOutline', () => {
  it('reads form, mode, nodes and the need of a model from the templates', async () => {
    const workflow = readOutline(await definitionOf('translate-and-review.yml'));
    expect(workflow).toMatchObject({ isChat: false, asksModel: true });
    expect(workflow.fields).toEqual([
      { name: 'text', type: 'paragraph', isRequired: true },
      { name: 'language', type: 'select', isRequired: true },
    ]);
    expect(workflow.nodes.get('check')).toEqual({ type: 'code', title: 'Check numbers and length' });
    expect(readOutline(await definitionOf('chatbot.yml'))).toMatchObject({ isChat: true, asksModel: true, fields: [] });
  });

  it('makes the best of definitions that lack what it looks for', () => {
    for (const definition of [
      null,
      [],
      {},
      { workflow: { graph: { nodes: [7, { id: 'a' }, { data: {} }] } } },
    ] as Json[])
      expect(readOutline(definition)).toEqual({ fields: undefined, isChat: false, asksModel: false, nodes: new Map() });
  });

  it('sees that no node asks a model', () => {
    const nodes: Json[] = [
      { id: 's', data: { type: 'start', title: '', variables: [{ variable: 'q', type: 'number' }, 'x'] } },
      { id: 'e', data: { type: 'end', title: 'End', model: 'text' } },
    ];
    const outline = readOutline({ app: { mode: 'workflow' }, workflow: { graph: { nodes } } });
    expect(outline).toMatchObject({ asksModel: false, fields: [{ name: 'q', type: 'number', isRequired: false }] });
    expect(outline.nodes.get('s')?.title).toBe('s');
  });
});
