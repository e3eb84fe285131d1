import { parse } from '@huggingface/jinja';
import { isTenonError } from '@tenon/base';
import { failInvalid } from '../errors.js';
import { adaptTemplate, type StatementMark } from './adapt-template.js';
import { checkTree } from './check.js';
import { scanTemplate } from './scan.js';
import type { Token, TokenType } from './token.js';
import type { Block, Node } from './tree.js';

/** Longer templates are refused, in UTF-16 units. */
const MAX_SOURCE_CHARS = 400_000;

/** The statements of a template, checked. Throws `template.invalid` with the line of the mistake. */
export function parseSource(source: string): Block {
  if (source.length > MAX_SOURCE_CHARS) {
    failInvalid(1, `the template is longer than ${MAX_SOURCE_CHARS} characters`);
  }
  const { tokens, marks } = adaptTemplate(scanTemplate(source));
  const block = parseTokens(tokens);
  placeStatements(block, marks);
  checkTree(block);
  return block;
}

// The parser throws plain errors without a position; the token it looked at last tells where it was.
function parseTokens(tokens: readonly Token[]): Block {
  let last: Token | undefined;
  const watched = tokens.map((token) => new WatchedToken(token, () => (last = token)));
  try {
    const program = parse(watched as unknown as Parameters<typeof parse>[0]);
    return program.body as unknown as Block;
  } catch (error) {
    if (isTenonError(error)) throw error;
    const { line, value } = last ?? { line: 1, value: '' };
    if (error instanceof RangeError) return failInvalid(line, 'the template is nested too deeply');
    return failInvalid(line, `unexpected '${shorten(value)}'`);
  }
}

const SHOWN_CHARS = 40;

function shorten(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}

class WatchedToken {
  readonly value: string;
  readonly group: number;

  constructor(
    private readonly token: Token,
    private readonly onLook: () => void,
  ) {
    this.value = token.value;
    this.group = token.group;
  }

  get type(): TokenType {
    this.onLook();
    return this.token.type;
  }
}

// Statements stand in the tree in the order in which they stand in the template.
function placeStatements(block: Block, marks: readonly StatementMark[]): void {
  let next = 0;
  const place = (nodes: Block): void => {
    for (const node of nodes) {
      const mark = marks[next++] as StatementMark;
      node.line = mark.line;
      if (node.type === 'For') node.isRecursive = mark.isRecursive;
      for (const inner of blocksOf(node)) place(inner);
    }
  };
  place(block);
}

function blocksOf(node: Node): Block[] {
  if (node.type === 'If') return [node.body, node.alternate];
  if (node.type === 'For') return [node.body, node.defaultBlock];
  return 'body' in node ? [node.body] : [];
}
