/** The kinds of tokens that the parser of `@huggingface/jinja` reads; it compares them as texts. */
export type TokenType =
  | 'Text'
  | 'NumericLiteral'
  | 'StringLiteral'
  | 'Identifier'
  | 'Equals'
  | 'OpenParen'
  | 'CloseParen'
  | 'OpenStatement'
  | 'CloseStatement'
  | 'OpenExpression'
  | 'CloseExpression'
  | 'OpenSquareBracket'
  | 'CloseSquareBracket'
  | 'OpenCurlyBracket'
  | 'CloseCurlyBracket'
  | 'Comma'
  | 'Dot'
  | 'Colon'
  | 'Pipe'
  | 'AdditiveBinaryOperator'
  | 'MultiplicativeBinaryOperator'
  | 'ExponentiationBinaryOperator'
  | 'ComparisonBinaryOperator';

/** One token of a template, in the form of the parser plus what its tree leaves out. */
export interface Token {
  readonly type: TokenType;
  readonly value: string;
  /** Line of the template, counted from 1. */
  readonly line: number;
  /** Number of the innermost bracket around the token, 0 outside of all: tells `a < b < c` from `(a < b) < c`. */
  readonly group: number;
  /** On an opening bracket: is there a comma directly inside? */
  hasComma?: boolean;
}

/** Is it that word? */
export function isWord(token: Token | undefined, ...words: readonly string[]): boolean {
  return token?.type === 'Identifier' && words.includes(token.value);
}
