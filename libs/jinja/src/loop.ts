import type { Budget } from './budget.js';
import type { Call } from './builtins/call.js';
import { fail } from './errors.js';
import { areEqual } from './values/compare.js';
import { BuiltinFunction, TemplateObject, Tuple, Undefined, type Value } from './values/value.js';

/** Renders the body of a recursive loop for another list, one level deeper. */
export type RenderAgain = (items: Value, depth: number) => Value;

/** The variable `loop` inside a `for`. */
export class LoopState extends TemplateObject {
  readonly typeName = 'LoopContext';
  /** Position of the current item, from 0. */
  index0 = 0;
  #lastChanged: Value | undefined;

  constructor(
    private readonly items: readonly Value[],
    private readonly depth0: number,
    private readonly renderAgain: RenderAgain | undefined,
    private readonly budget: Budget,
  ) {
    super();
  }

  get text(): string {
    return `<LoopContext ${this.index0 + 1}/${this.items.length}>`;
  }

  override attribute(name: string): Value | undefined {
    const { index0, items } = this;
    switch (name) {
      case 'index':
        return BigInt(index0 + 1);
      case 'index0':
        return BigInt(index0);
      case 'revindex':
        return BigInt(items.length - index0);
      case 'revindex0':
        return BigInt(items.length - index0 - 1);
      case 'length':
        return BigInt(items.length);
      case 'first':
        return index0 === 0;
      case 'last':
        return index0 === items.length - 1;
      default:
        return this.#otherAttribute(name);
    }
  }

  #otherAttribute(name: string): Value | undefined {
    switch (name) {
      case 'depth':
        return BigInt(this.depth0 + 1);
      case 'depth0':
        return BigInt(this.depth0);
      case 'previtem':
        return this.items[this.index0 - 1] ?? new Undefined('there is no previous item');
      case 'nextitem':
        return this.items[this.index0 + 1] ?? new Undefined('there is no next item');
      case 'cycle':
        return new BuiltinFunction('cycle', (call) => this.#cycle(call));
      case 'changed':
        return new BuiltinFunction('changed', (call) => this.#changed(call));
      default:
        return undefined;
    }
  }

  override invoke({ positional }: Call): Value {
    const [items] = positional;
    if (!this.renderAgain) return fail("The loop must have the 'recursive' marker to be called recursively.");
    if (items === undefined) return fail('loop() needs the list to go on with');
    return this.renderAgain(items, this.depth0 + 1);
  }

  #cycle({ positional }: Call): Value {
    return positional[this.index0 % positional.length] ?? fail('no items for cycling given');
  }

  #changed({ positional }: Call): Value {
    const value = new Tuple(positional);
    const isSame = this.#lastChanged !== undefined && areEqual(this.#lastChanged, value, this.budget);
    this.#lastChanged = value;
    return !isSame;
  }
}
