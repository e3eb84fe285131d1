import { failInvalid } from '../errors.js';
import { isWord, type Token, type TokenType } from './token.js';

/*
 * What the parser of `@huggingface/jinja` does not know is written with what it knows. The names used for it contain
 * a space, so no template can write them:
 *
 *   (1, 2)   ()   (1,)        →  tuple literal(1, 2)   and so on
 *   x is divisibleby 3        →  x | is divisibleby(3)
 *   a in b   a not in b       →  comparisons, like a < b
 */

/** Callee of a tuple. */
export const TUPLE_NAME = 'tuple literal';
/** What the name of a filter begins with when it is a test. */
export const TEST_PREFIX = 'is ';
/** As `TEST_PREFIX`, for `is not`. */
export const NEGATED_TEST_PREFIX = 'is not ';

/** Rewrites the tokens of an expression. A comma outside of all brackets makes it a tuple. */
export function adaptExpression(tokens: readonly Token[], line: number): Token[] {
  const adapted = new ExpressionAdapter(tokens).adapt();
  const isTuple = tokens.some(({ type, group }) => type === 'Comma' && group === (tokens[0] as Token).group);
  if (!isTuple) return adapted;
  return [
    makeToken('Identifier', TUPLE_NAME, line),
    makeToken('OpenParen', '(', line),
    ...adapted,
    makeToken('CloseParen', ')', line),
  ];
}

/** Rewrites the inside of brackets that belong to a call or a macro: commas separate its arguments. */
export function adaptArguments(tokens: readonly Token[]): Token[] {
  return new ExpressionAdapter(tokens).adapt();
}

/** A token that does not stand in the template. */
export function makeToken(type: TokenType, value: string, line: number): Token {
  return { type, value, line, group: 0 };
}

const OPERAND_ENDS: ReadonlySet<TokenType> = new Set([
  'NumericLiteral',
  'StringLiteral',
  'CloseParen',
  'CloseSquareBracket',
  'CloseCurlyBracket',
]);
const BINARY_OPERATORS: ReadonlySet<TokenType> = new Set([
  'AdditiveBinaryOperator',
  'MultiplicativeBinaryOperator',
  'ExponentiationBinaryOperator',
  'ComparisonBinaryOperator',
]);
const OPERATOR_WORDS = ['and', 'or', 'not', 'if', 'else'];
const CLOSING_BRACKETS: ReadonlyMap<TokenType, TokenType> = new Map([
  ['OpenParen', 'CloseParen'],
  ['OpenSquareBracket', 'CloseSquareBracket'],
  ['OpenCurlyBracket', 'CloseCurlyBracket'],
]);

class ExpressionAdapter {
  readonly #out: Token[] = [];
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  adapt(): Token[] {
    while (this.#at < this.tokens.length) this.#adaptNext();
    return this.#out;
  }

  #adaptNext(): void {
    const token = this.#current as Token;
    const isAttribute = this.#out.at(-1)?.type === 'Dot';
    if (CLOSING_BRACKETS.has(token.type)) this.#adaptBrackets();
    else if (isAttribute) this.#take();
    else if (isWord(token, 'is')) this.#adaptTest();
    else if (isWord(token, 'in')) this.#takeAs('in', 1);
    else if (isWord(token, 'not') && isWord(this.tokens[this.#at + 1], 'in')) this.#takeAs('not in', 2);
    else this.#takeOperand(token);
  }

  // The parser would take `[a b]` for `[a, b]`, and `not` after an operator for a name.
  #takeOperand(token: Token): void {
    const last = this.#out.at(-1)?.type;
    const isOperand =
      token.type === 'NumericLiteral' ||
      (token.type === 'StringLiteral' && last !== 'StringLiteral') ||
      (token.type === 'Identifier' && !isWord(token, ...OPERATOR_WORDS));
    const isMisplacedNot = isWord(token, 'not') && last !== undefined && BINARY_OPERATORS.has(last);
    if (isMisplacedNot || (isOperand && this.#isBehindOperand()))
      failInvalid(token.line, `unexpected '${token.value}'`);
    this.#take();
  }

  get #current(): Token | undefined {
    return this.tokens[this.#at];
  }

  #take(): void {
    this.#out.push(this.#current as Token);
    this.#at++;
  }

  #takeAs(value: string, count: number): void {
    this.#out.push({ ...(this.#current as Token), type: 'ComparisonBinaryOperator', value });
    this.#at += count;
  }

  #put(type: TokenType, value: string): void {
    const line = (this.tokens[this.#at] ?? this.tokens[this.#at - 1])?.line ?? 1;
    this.#out.push(makeToken(type, value, line));
  }

  #adaptBrackets(): void {
    const open = this.#current as Token;
    const closing = CLOSING_BRACKETS.get(open.type) as TokenType;
    const isEmpty = this.tokens[this.#at + 1]?.type === closing;
    if (open.type === 'OpenParen' && !this.#isBehindOperand() && (open.hasComma || isEmpty)) {
      this.#put('Identifier', TUPLE_NAME);
    }
    this.#take();
    // brackets are balanced: the scanner saw to it
    while ((this.#current as Token).type !== closing) this.#adaptNext();
    this.#take();
  }

  #isBehindOperand(): boolean {
    const last = this.#out.at(-1);
    if (last === undefined) return false;
    if (OPERAND_ENDS.has(last.type)) return true;
    const isAttribute = this.#out.at(-2)?.type === 'Dot';
    return last.type === 'Identifier' && (isAttribute || !isWord(last, ...OPERATOR_WORDS));
  }

  #adaptTest(): void {
    const { line } = this.#current as Token;
    this.#put('Pipe', '|');
    this.#at++;
    const isNegated = isWord(this.#current, 'not');
    if (isNegated) this.#at++;
    const name = this.#current;
    if (name?.type !== 'Identifier') failInvalid(line, "the name of a test is missing after 'is'");
    this.#put('Identifier', `${isNegated ? NEGATED_TEST_PREFIX : TEST_PREFIX}${(name as Token).value}`);
    this.#at++;
    if (isWord(this.#current, 'is')) failInvalid(line, 'tests cannot follow each other; put the first in brackets');
    if (this.#current?.type !== 'OpenParen' && this.#isAtOperand()) this.#adaptOperand();
  }

  #isAtOperand(): boolean {
    const token = this.#current;
    if (token === undefined) return false;
    if (token.type === 'Identifier') return !isWord(token, ...OPERATOR_WORDS, 'is', 'in');
    return token.type === 'NumericLiteral' || token.type === 'StringLiteral' || CLOSING_BRACKETS.has(token.type);
  }

  // `x is divisibleby n.value` takes one operand with its attributes and calls, nothing else.
  #adaptOperand(): void {
    this.#put('OpenParen', '(');
    if (this.#current?.type === 'StringLiteral') while (this.#current?.type === 'StringLiteral') this.#take();
    else this.#adaptNext();
    while (this.#current && ['Dot', 'OpenParen', 'OpenSquareBracket'].includes(this.#current.type)) {
      if (this.#current.type === 'Dot') this.#take();
      if (this.#current) this.#adaptNext();
    }
    this.#put('CloseParen', ')');
  }
}
