import { MAX_ITEMS } from '../budget.js';
import { fail, templateErrors } from '../errors.js';
import { toRepr, toText } from '../values/text.js';
import { BuiltinFunction, Dict, Range, TemplateObject, typeName, type Value, NONE } from '../values/value.js';
import type { Call, Host } from './call.js';
import { pairsOfCall } from './dict-methods.js';

/** The functions every template can call. */
export function globalFunctions(host: Host): ReadonlyMap<string, Value> {
  const functions: Record<string, (call: Call) => Value> = {
    cycler: ({ positional }) => new Cycler(positional),
    dict: (call) => new Dict(pairsOfCall('dict', call, host)),
    joiner: (call) => new Joiner(joinerSeparator(call, host)),
    namespace: (call) => new Namespace(new Dict(pairsOfCall('namespace', call, host)), host),
    range: (call) => range(call, host),
  };
  return new Map(Object.entries(functions).map(([name, invoke]) => [name, new BuiltinFunction(name, invoke)]));
}

function range({ positional, keywords }: Call, host: Host): Range {
  if (keywords.size > 0) fail('range() takes no keyword arguments');
  if (positional.length < 1 || positional.length > 3) fail(`range expected 1 to 3 arguments, got ${positional.length}`);
  const numbers = positional.map((value) => {
    if (typeof value === 'boolean') return value ? 1n : 0n;
    return typeof value === 'bigint' ? value : fail(`'${typeName(value)}' object cannot be interpreted as an integer`);
  });
  const [start, stop] = numbers.length === 1 ? [0n, numbers[0] as bigint] : (numbers as [bigint, bigint]);
  const step = numbers[2] ?? 1n;
  if (step === 0n) fail('range() arg 3 must not be zero');
  const distance = step > 0n ? stop - start : start - stop;
  const stride = step > 0n ? step : -step;
  const length = distance > 0n ? (distance + stride - 1n) / stride : 0n;
  if (length > BigInt(MAX_ITEMS)) {
    throw templateErrors.tooLong(`range() has ${length} entries; at most ${MAX_ITEMS} are possible`);
  }
  host.budget.spend();
  return new Range(start, stop, step, Number(length));
}

/** A place for values that assignments inside loops may change: `{% set ns.total = … %}`. */
export class Namespace extends TemplateObject {
  readonly typeName = 'Namespace';

  constructor(
    private readonly values: Dict,
    private readonly host: Host,
  ) {
    super();
  }

  get text(): string {
    return `<Namespace ${toRepr(this.values, this.host.budget)}>`;
  }

  override attribute(name: string): Value | undefined {
    return this.values.get(name);
  }

  assign(name: string, value: Value): void {
    this.values.set(name, value);
  }
}

class Cycler extends TemplateObject {
  readonly typeName = 'Cycler';
  readonly text = '<Cycler>';
  #position = 0;

  constructor(private readonly items: readonly Value[]) {
    super();
    if (items.length === 0) fail('at least one item has to be provided');
  }

  override attribute(name: string): Value | undefined {
    if (name === 'current') return this.#current;
    if (name === 'next') return new BuiltinFunction('next', () => this.#next());
    if (name === 'reset') return new BuiltinFunction('reset', () => this.#reset());
    return undefined;
  }

  get #current(): Value {
    return this.items[this.#position] as Value;
  }

  #next(): Value {
    const item = this.#current;
    this.#position = (this.#position + 1) % this.items.length;
    return item;
  }

  #reset(): Value {
    this.#position = 0;
    return NONE;
  }
}

class Joiner extends TemplateObject {
  readonly typeName = 'Joiner';
  readonly text = '<Joiner>';
  #isUsed = false;

  constructor(private readonly separator: string) {
    super();
  }

  override invoke(): Value {
    if (this.#isUsed) return this.separator;
    this.#isUsed = true;
    return '';
  }
}

function joinerSeparator({ positional, keywords }: Call, host: Host): string {
  const separator = positional[0] ?? keywords.get('sep') ?? ', ';
  return toText(separator, host.budget);
}
