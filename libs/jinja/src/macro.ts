import { pythonQuote } from '@tenon/base';
import type { Call } from './builtins/call.js';
import { fail } from './errors.js';
import type { Scope } from './scope.js';
import { childrenOf, type Block, type Identifier, type KeywordArgument, type Node } from './syntax/tree.js';
import { Dict, TemplateObject, Tuple, Undefined, type Value, NONE } from './values/value.js';

/** What a macro needs of the rendering it is part of. */
export interface MacroHost {
  evaluate(node: Node, scope: Scope): Value;
  /** The text of a macro's body. */
  renderMacro(body: Block, scope: Scope): string;
}

type Parameter = Identifier | KeywordArgument;
type Special = 'caller' | 'kwargs' | 'varargs';

/** A macro, or the body of a call block. It sees the names of the place where it is written. */
export class Macro extends TemplateObject {
  readonly typeName = 'Macro';
  readonly text: string;
  readonly #names: readonly string[];
  readonly #specials: ReadonlySet<Special>;

  constructor(
    private readonly name: string | undefined,
    private readonly parameters: readonly Parameter[],
    private readonly body: Block,
    private readonly scope: Scope,
    private readonly host: MacroHost,
  ) {
    super();
    this.text = name === undefined ? '<Macro anonymous>' : `<Macro ${pythonQuote(name)}>`;
    this.#names = parameters.map((parameter) => parameterName(parameter));
    this.#specials = specialNames([...parameters, ...body], this.#names);
  }

  override attribute(name: string): Value | undefined {
    if (name === 'name') return this.name ?? NONE;
    if (name === 'arguments') return new Tuple(this.#names);
    if (name === 'catch_kwargs') return this.#specials.has('kwargs');
    if (name === 'catch_varargs') return this.#specials.has('varargs');
    return name === 'caller' ? this.#specials.has('caller') : undefined;
  }

  override invoke(call: Call): Value {
    const scope = this.scope.inner();
    this.#bind(call, scope);
    return this.host.renderMacro(this.body, scope);
  }

  // Every parameter is bound before a default is evaluated, which may use the others.
  #bind(call: Call, scope: Scope): void {
    const keywords = new Map(call.keywords);
    const missing = this.parameters.filter((parameter, index) => {
      const name = parameterName(parameter);
      const given = call.positional[index] ?? keywords.get(name);
      if (index >= call.positional.length) keywords.delete(name);
      scope.set(name, given ?? new Undefined(`parameter '${name}' was not provided`));
      return given === undefined;
    });
    this.#bindSpecials(call, keywords, scope);
    for (const parameter of missing) {
      if (parameter.type !== 'KeywordArgumentExpression') continue;
      scope.set(parameter.key.value, this.host.evaluate(parameter.value, scope));
    }
  }

  #bindSpecials({ positional }: Call, keywords: Map<string, Value>, scope: Scope): void {
    const name = this.name === undefined ? 'None' : pythonQuote(this.name);
    if (this.#specials.has('caller')) {
      scope.set('caller', keywords.get('caller') ?? new Undefined('No caller defined'));
      keywords.delete('caller');
    }
    const [unknown] = keywords.keys();
    if (this.#specials.has('kwargs')) scope.set('kwargs', new Dict(keywords));
    else if (unknown !== undefined) fail(`macro ${name} takes no keyword argument ${pythonQuote(unknown)}`);
    const extra = positional.slice(this.parameters.length);
    if (this.#specials.has('varargs')) scope.set('varargs', new Tuple(extra));
    else if (extra.length > 0) fail(`macro ${name} takes not more than ${this.parameters.length} argument(s)`);
  }
}

function parameterName(parameter: Parameter): string {
  return parameter.type === 'Identifier' ? parameter.value : parameter.key.value;
}

// `caller`, `kwargs` and `varargs` exist in a macro that mentions them.
function specialNames(nodes: readonly Node[], parameters: readonly string[]): ReadonlySet<Special> {
  const found = new Set<Special>();
  const rest = [...nodes];
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (node.type === 'Identifier' && isSpecial(node.value) && !parameters.includes(node.value)) found.add(node.value);
    for (const child of childrenOf(node)) rest.push(child);
  }
  return found;
}

function isSpecial(name: string): name is Special {
  return name === 'caller' || name === 'kwargs' || name === 'varargs';
}
