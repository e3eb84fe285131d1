import { failInvalid } from '../errors.js';
import { WHITESPACE_CLASS } from '../values/whitespace.js';
import { readString } from './scan-string.js';
import type { Token, TokenType } from './token.js';

// Deeper than any template for people, and far below what the parser's recursion can take.
const MAX_BRACKETS = 100;
const MAX_INTEGER_DIGITS = 4_300;

const SPACE = new RegExp(`[${WHITESPACE_CLASS}]+`, 'y');
const FLOAT = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const OPERATOR = /\*\*|\/\/|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,]/y;

const OPERATOR_TYPES = new Map<string, TokenType>([
  ['(', 'OpenParen'],
  [')', 'CloseParen'],
  ['[', 'OpenSquareBracket'],
  [']', 'CloseSquareBracket'],
  ['{', 'OpenCurlyBracket'],
  ['}', 'CloseCurlyBracket'],
  [',', 'Comma'],
  ['.', 'Dot'],
  [':', 'Colon'],
  ['|', 'Pipe'],
  ['=', 'Equals'],
  ['+', 'AdditiveBinaryOperator'],
  ['-', 'AdditiveBinaryOperator'],
  ['~', 'AdditiveBinaryOperator'],
  ['*', 'MultiplicativeBinaryOperator'],
  ['/', 'MultiplicativeBinaryOperator'],
  ['//', 'MultiplicativeBinaryOperator'],
  ['%', 'MultiplicativeBinaryOperator'],
  ['**', 'ExponentiationBinaryOperator'],
]);
const CLOSING = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

/** The tokens between the delimiters of a `{{ … }}` or `{% … %}`. */
export interface ScannedExpression {
  readonly tokens: readonly Token[];
  /** Position behind the closing delimiter. */
  readonly end: number;
  /** Does the closing delimiter remove the white space after it? */
  readonly isTextAfterCut: boolean;
}

/** A name in the token stream for an integer that a float cannot hold, such as `integer 12345678901234567890`. */
export const INTEGER_NAME = 'integer ';

/** Reads the tokens from `start` up to the closing delimiter. Throws `template.invalid`. */
export function scanExpression(source: string, start: number, kind: 'print' | 'tag', line: number): ScannedExpression {
  return new ExpressionScanner(source, start, kind, line).scan();
}

interface OpenBracket {
  readonly token: Token;
  readonly group: number;
}

class ExpressionScanner {
  readonly #tokens: Token[] = [];
  readonly #brackets: OpenBracket[] = [];
  readonly #closing: string;
  #groups = 0;

  constructor(
    private readonly source: string,
    private at: number,
    kind: 'print' | 'tag',
    private line: number,
  ) {
    this.#closing = kind === 'print' ? '}}' : '%}';
  }

  scan(): ScannedExpression {
    for (;;) {
      this.#skipSpace();
      if (this.at >= this.source.length) failInvalid(this.line, `'${this.#closing}' is missing`);
      const end = this.#brackets.length === 0 ? this.#closingLength() : 0;
      if (end > 0) {
        return { tokens: this.#tokens, end: this.at + end, isTextAfterCut: this.source[this.at] === '-' };
      }
      this.#scanToken();
    }
  }

  #skipSpace(): void {
    const space = this.#match(SPACE);
    if (space !== undefined) this.line += space.split('\n').length - 1;
  }

  #closingLength(): number {
    if (this.source.startsWith(this.#closing, this.at)) return 2;
    const isControl = this.source[this.at] === '-' || (this.source[this.at] === '+' && this.#closing === '%}');
    return isControl && this.source.startsWith(this.#closing, this.at + 1) ? 3 : 0;
  }

  #scanToken(): void {
    const char = this.source[this.at] as string;
    if (char === "'" || char === '"') return this.#scanString();
    const name = this.#match(NAME);
    if (name !== undefined) return this.#push('Identifier', name);
    // after a dot, `1.5` is an index and another one
    const float = this.#tokens.at(-1)?.type === 'Dot' ? undefined : this.#match(FLOAT);
    if (float !== undefined) return this.#push('NumericLiteral', floatLiteral(float));
    const integer = this.#match(INTEGER);
    if (integer !== undefined) return this.#pushInteger(integer.replaceAll('_', ''));
    const operator = this.#match(OPERATOR);
    if (operator === undefined) failInvalid(this.line, `unexpected character '${char}'`);
    this.#pushOperator(operator as string);
  }

  #scanString(): void {
    const line = this.line;
    const { value, end, lines } = readString(this.source, this.at, line);
    this.#push('StringLiteral', value);
    this.at = end;
    this.line += lines;
  }

  // The parser makes a float of every number; an integer it would round travels as a name.
  #pushInteger(text: string): void {
    if (text.length > MAX_INTEGER_DIGITS) failInvalid(this.line, 'an integer is too long');
    const value = BigInt(text);
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) this.#push('NumericLiteral', value.toString());
    else this.#push('Identifier', `${INTEGER_NAME}${value}`);
  }

  #pushOperator(operator: string): void {
    if (operator === ',') {
      const bracket = this.#brackets.at(-1);
      if (bracket) bracket.token.hasComma = true;
    }
    if (CLOSING.has(operator)) return this.#openBracket(operator);
    if (operator === ')' || operator === ']' || operator === '}') this.#closeBracket(operator);
    this.#push(OPERATOR_TYPES.get(operator) ?? 'ComparisonBinaryOperator', operator);
  }

  #openBracket(bracket: string): void {
    this.#push(OPERATOR_TYPES.get(bracket) as TokenType, bracket);
    this.#brackets.push({ token: this.#tokens.at(-1) as Token, group: ++this.#groups });
    if (this.#brackets.length > MAX_BRACKETS) {
      failInvalid(this.line, `more than ${MAX_BRACKETS} brackets are inside each other`);
    }
  }

  #closeBracket(bracket: string): void {
    const open = this.#brackets.pop();
    if (!open) failInvalid(this.line, `unexpected '${bracket}'`);
    const expected = CLOSING.get((open as OpenBracket).token.value);
    if (expected !== bracket) failInvalid(this.line, `unexpected '${bracket}', expected '${expected}'`);
  }

  #push(type: TokenType, value: string): void {
    this.#tokens.push({ type, value, line: this.line, group: this.#brackets.at(-1)?.group ?? 0 });
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

// The parser takes a number for a float when there is a point in it.
function floatLiteral(text: string): string {
  const plain = text.replaceAll('_', '');
  return plain.includes('.') ? plain : plain.replace(/e/i, '.0e');
}
