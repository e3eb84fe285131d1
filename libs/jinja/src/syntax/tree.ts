/**
 * The tree that the parser of `@huggingface/jinja` makes; that package does not export its types. `line` is ours: the
 * line of a statement, counted from 1.
 */
export type Node =
  | Statement
  | Identifier
  | IntegerLiteral
  | FloatLiteral
  | StringLiteral
  | ArrayLiteral
  | TupleLiteral
  | ObjectLiteral
  | MemberExpression
  | SliceExpression
  | CallExpression
  | UnaryExpression
  | BinaryExpression
  | FilterExpression
  | SelectExpression
  | Ternary
  | KeywordArgument
  | SpreadExpression
  | KeywordSpreadExpression;

/** What stands between two texts of a template. Any other node in a block is an expression that is printed. */
export type Statement =
  | IfStatement
  | ForStatement
  | SetStatement
  | MacroStatement
  | CallStatement
  | FilterStatement
  | BreakStatement
  | ContinueStatement;

/** Statements and printed expressions, in order. */
export type Block = readonly Node[];

interface Placed {
  line?: number;
}
interface Operator {
  readonly value: string;
  readonly type: string;
  readonly group: number;
}

/** `{% if %}`; an `elif` is the only node of `alternate`. */
export interface IfStatement extends Placed {
  readonly type: 'If';
  readonly test: Node;
  readonly body: Block;
  readonly alternate: Block;
}
/** `{% for %}`; its condition is a `SelectExpression` in `iterable`. */
export interface ForStatement extends Placed {
  readonly type: 'For';
  readonly loopvar: Node;
  readonly iterable: Node;
  readonly body: Block;
  readonly defaultBlock: Block;
  /** Ours: was the loop marked `recursive`? */
  isRecursive?: boolean;
}
/** `{% set %}`; without `value` the body is what is assigned. */
export interface SetStatement extends Placed {
  readonly type: 'Set';
  readonly assignee: Node;
  readonly value: Node | null;
  readonly body: Block;
}
/** `{% macro %}` */
export interface MacroStatement extends Placed {
  readonly type: 'Macro';
  readonly name: Identifier;
  readonly args: readonly (Identifier | KeywordArgument)[];
  readonly body: Block;
}
/** `{% call %}` */
export interface CallStatement extends Placed {
  readonly type: 'CallStatement';
  readonly call: CallExpression;
  readonly callerArgs: readonly (Identifier | KeywordArgument)[] | null;
  readonly body: Block;
}
/** `{% filter %}`, and `{% with %}` (adapt-template.ts). */
export interface FilterStatement extends Placed {
  readonly type: 'FilterStatement';
  readonly filter: Node;
  readonly body: Block;
}
/** `{% break %}` */
export interface BreakStatement extends Placed {
  readonly type: 'Break';
}
/** `{% continue %}` */
export interface ContinueStatement extends Placed {
  readonly type: 'Continue';
}

/** A name; one with a space stands for something else (adapt-expression.ts). */
export interface Identifier extends Placed {
  readonly type: 'Identifier';
  readonly value: string;
}
/** An integer that a float can hold. */
export interface IntegerLiteral extends Placed {
  readonly type: 'IntegerLiteral';
  readonly value: number;
}
/** `1.5` */
export interface FloatLiteral extends Placed {
  readonly type: 'FloatLiteral';
  readonly value: number;
}
/** A string, or the text between two tags. */
export interface StringLiteral extends Placed {
  readonly type: 'StringLiteral';
  readonly value: string;
}
/** `[a, b]` */
export interface ArrayLiteral extends Placed {
  readonly type: 'ArrayLiteral';
  readonly value: readonly Node[];
}
/** Several targets of an assignment: `a, b`. */
export interface TupleLiteral extends Placed {
  readonly type: 'TupleLiteral';
  readonly value: readonly Node[];
}
/** `{a: b}` */
export interface ObjectLiteral extends Placed {
  readonly type: 'ObjectLiteral';
  readonly value: ReadonlyMap<Node, Node>;
}
/** `a.b`, or `a[b]` when `computed`. */
export interface MemberExpression extends Placed {
  readonly type: 'MemberExpression';
  readonly object: Node;
  readonly property: Node;
  readonly computed: boolean;
}
/** `a:b:c` inside the brackets of a member. */
export interface SliceExpression extends Placed {
  readonly type: 'SliceExpression';
  readonly start: Node | undefined;
  readonly stop: Node | undefined;
  readonly step: Node | undefined;
}
/** `a(b)` */
export interface CallExpression extends Placed {
  readonly type: 'CallExpression';
  readonly callee: Node;
  readonly args: readonly Node[];
}
/** `not a`, `-a`, `+a` */
export interface UnaryExpression extends Placed {
  readonly type: 'UnaryExpression';
  readonly operator: Operator;
  readonly argument: Node;
}
/** Two operands of any operator, `and` and `or` included. */
export interface BinaryExpression extends Placed {
  readonly type: 'BinaryExpression';
  readonly operator: Operator;
  readonly left: Node;
  readonly right: Node;
}
/** `a | b` and `a | b(c)`, and tests (adapt-expression.ts). */
export interface FilterExpression extends Placed {
  readonly type: 'FilterExpression';
  readonly operand: Node;
  readonly filter: Node;
}
/** `a if b` without `else`. */
export interface SelectExpression extends Placed {
  readonly type: 'SelectExpression';
  readonly lhs: Node;
  readonly test: Node;
}
/** `a if b else c` */
export interface Ternary extends Placed {
  readonly type: 'Ternary';
  readonly condition: Node;
  readonly trueExpr: Node;
  readonly falseExpr: Node;
}
/** `a=b` in a call, or a parameter with its default. */
export interface KeywordArgument extends Placed {
  readonly type: 'KeywordArgumentExpression';
  readonly key: Identifier;
  readonly value: Node;
}
/** `*a` in a call. */
export interface SpreadExpression extends Placed {
  readonly type: 'SpreadExpression';
  readonly argument: Node;
}
/** `**a` in a call. */
export interface KeywordSpreadExpression extends Placed {
  readonly type: 'KeywordSpreadExpression';
  readonly argument: Node;
}

/** The nodes directly below a node. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = [];
  for (const part of Object.values(node)) addNodes(part, children);
  return children;
}

function addNodes(part: unknown, children: Node[]): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) for (const item of part) addNodes(item, children);
  else if (part instanceof Map) for (const entry of part) addNodes(entry, children);
  else if ('type' in part) children.push(part as Node);
}
