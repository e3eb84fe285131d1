import { compile } from '@tenon/compiler';
import { parseDefinition, printDefinition } from '@tenon/dsl';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.resolve(__dirname, '../examples');
const examples = readdirSync(folder).filter((name) => name.endsWith('.yml'));

function parse(text: string) {
  const parsed = parseDefinition(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed;
}

describe('the examples', () => {
  it('are the three that a new team is given', () => {
    expect(examples.sort()).toEqual(['chatbot.yml', 'content-moderation.yml', 'translate-and-review.yml']);
  });

  it.each(examples)('%s is read and compiled without any remark', (name) => {
    const { definition, issues } = parse(readFileSync(path.join(folder, name), 'utf8'));
    const compiled = compile(definition, nodeDefinitions);
    expect([...issues, ...compiled.issues]).toEqual([]);
    expect(compiled.ok).toBe(true);
  });

  it.each(examples)('%s means the same after it was printed', (name) => {
    const { definition } = parse(readFileSync(path.join(folder, name), 'utf8'));
    expect(parse(printDefinition(definition, { secrets: 'keep' })).definition).toEqual(definition);
  });
});
