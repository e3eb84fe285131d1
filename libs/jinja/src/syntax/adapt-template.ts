import { failInvalid } from '../errors.js';
import { adaptArguments, adaptExpression, makeToken } from './adapt-expression.js';
import type { Segment } from './scan.js';
import { TagStack } from './tag-stack.js';
import { isWord, type Token } from './token.js';

/** Name of the filter block that is a `with` block; its keyword arguments are the assignments. */
export const WITH_NAME = 'with block';
/** Name of the filter block whose one argument is an expression over `BODY_NAME`: any chain of filters. */
export const FILTER_NAME = 'filter block';
/** What a filter block stands around, as a variable. */
export const BODY_NAME = 'block body';

/** Where a statement begins and what the tree of the parser has no place for. */
export interface StatementMark {
  readonly line: number;
  readonly isRecursive: boolean;
}

/** A template in the vocabulary of the parser. */
export interface AdaptedTemplate {
  readonly tokens: readonly Token[];
  /** One for every text, printed expression and statement, in the order of the template. */
  readonly marks: readonly StatementMark[];
}

/** Rewrites a template for the parser and checks that its tags belong together. Throws `template.invalid`. */
export function adaptTemplate(segments: readonly Segment[]): AdaptedTemplate {
  const adapter = new TemplateAdapter();
  for (const segment of segments) adapter.add(segment);
  return adapter.finish();
}

class TemplateAdapter {
  readonly #tokens: Token[] = [];
  readonly #marks: StatementMark[] = [];
  readonly #tags = new TagStack();

  add(segment: Segment): void {
    const { line } = segment;
    if (segment.kind === 'text') {
      this.#mark(line);
      this.#tokens.push(makeToken('Text', segment.text, line));
    } else if (segment.kind === 'print') {
      this.#mark(line);
      if (segment.tokens.length === 0) failInvalid(line, "an expression is missing between '{{' and '}}'");
      this.#put('OpenExpression', '{{', adaptExpression(segment.tokens, line), 'CloseExpression', '}}', line);
    } else {
      this.#addTag(segment.tokens, line);
    }
  }

  finish(): AdaptedTemplate {
    this.#tags.finish();
    return { tokens: this.#tokens, marks: this.#marks };
  }

  #addTag(tokens: readonly Token[], line: number): void {
    const [name, ...rest] = tokens;
    if (name?.type !== 'Identifier') return failInvalid(line, "the name of a tag is missing after '{%'");
    const tag = name.value;
    const isBlockSet = tag === 'set' && !rest.some(({ type, group }) => type === 'Equals' && group === 0);
    this.#tags.take(tag, isBlockSet, line);
    if (tag.startsWith('end') || tag === 'else' || tag === 'break' || tag === 'continue') {
      if (rest.length > 0) failInvalid(line, `unexpected '${(rest[0] as Token).value}' after '${tag}'`);
    } else if (rest.length === 0 && tag !== 'with') {
      failInvalid(line, `the tag '${tag}' is not complete`);
    }
    const isRecursive = tag === 'for' && isWord(rest.at(-1), 'recursive');
    if (!tag.startsWith('end') && tag !== 'else') this.#mark(line, isRecursive);
    const body = adaptTag(tag, isRecursive ? rest.slice(0, -1) : rest, line);
    this.#put('OpenStatement', '{%', body, 'CloseStatement', '%}', line);
  }

  #mark(line: number, isRecursive = false): void {
    this.#marks.push({ line, isRecursive });
  }

  #put(
    open: Token['type'],
    openText: string,
    inside: readonly Token[],
    close: Token['type'],
    closeText: string,
    line: number,
  ): void {
    const endLine = inside.at(-1)?.line ?? line;
    this.#tokens.push(makeToken(open, openText, line));
    for (const token of inside) this.#tokens.push(token);
    this.#tokens.push(makeToken(close, closeText, endLine));
  }
}

function adaptTag(tag: string, rest: readonly Token[], line: number): Token[] {
  const name = makeToken('Identifier', tag === 'endwith' ? 'endfilter' : tag, line);
  if (tag === 'for') return [name, ...adaptFor(rest, line)];
  if (tag === 'set') return [name, ...adaptSet(rest, line)];
  if (tag === 'if' || tag === 'elif') return [name, ...adaptExpression(rest, line)];
  if (tag === 'macro') return [name, ...rest.slice(0, 1), ...adaptCall(rest.slice(1))];
  if (tag === 'call') return [name, ...adaptCallTag(rest)];
  if (tag === 'with') return wrapFilterBlock(WITH_NAME, adaptArguments(rest), line);
  if (tag !== 'filter') return [name];
  const chain = [makeToken('Identifier', BODY_NAME, line), makeToken('Pipe', '|', line), ...rest];
  return wrapFilterBlock(FILTER_NAME, adaptArguments(chain), line);
}

function wrapFilterBlock(blockName: string, args: readonly Token[], line: number): Token[] {
  return [
    makeToken('Identifier', 'filter', line),
    makeToken('Identifier', blockName, line),
    makeToken('OpenParen', '(', line),
    ...args,
    makeToken('CloseParen', ')', line),
  ];
}

// The first brackets are those of a call, not of a tuple: a name in front of them says so to the adapter.
function adaptCall(tokens: readonly Token[]): Token[] {
  return adaptArguments([makeToken('Identifier', 'call', 1), ...tokens]).slice(1);
}

// `{% call(item) list(items) %}`: the parameters of the body, then the call.
function adaptCallTag(rest: readonly Token[]): Token[] {
  if (rest[0]?.type !== 'OpenParen') return adaptArguments(rest);
  const end = rest.findIndex(({ type, group }) => type === 'CloseParen' && group === 0) + 1;
  return [...adaptCall(rest.slice(0, end)), ...adaptArguments(rest.slice(end))];
}

// The targets stay as they are; the rest is an expression, which may be a tuple and may have a condition.
function adaptFor(rest: readonly Token[], line: number): Token[] {
  const at = rest.findIndex((token) => isWord(token, 'in') && token.group === 0);
  if (at < 0) failInvalid(line, "'in' is missing in the tag 'for'");
  const source = rest.slice(at + 1);
  const condition = source.findIndex((token, index) => isTopWord(source, index, token, 'if'));
  const iterable = condition < 0 ? source : source.slice(0, condition);
  if (iterable.length === 0) failInvalid(line, "an expression is missing after 'in'");
  const test = condition < 0 ? [] : adaptArguments(source.slice(condition));
  return [...rest.slice(0, at + 1), ...adaptExpression(iterable, line), ...test];
}

function isTopWord(tokens: readonly Token[], index: number, token: Token, word: string): boolean {
  return isWord(token, word) && token.group === 0 && tokens[index - 1]?.type !== 'Dot';
}

function adaptSet(rest: readonly Token[], line: number): Token[] {
  const at = rest.findIndex(({ type, group }) => type === 'Equals' && group === 0);
  if (at < 0) return adaptArguments(rest);
  const value = rest.slice(at + 1);
  if (value.length === 0) failInvalid(line, "an expression is missing after '='");
  return [...rest.slice(0, at + 1), ...adaptExpression(value, line)];
}
