import type { Value } from './values/value.js';

/** Looks a name up that no assignment of the template has set. */
export type OuterNames = (name: string) => Value | undefined;

/** The names that a part of a template can see: its own, and those around it. */
export class Scope {
  readonly #values = new Map<string, Value>();

  private constructor(
    private readonly parent: Scope | undefined,
    private readonly outer: OuterNames,
  ) {}

  /** The scope of a whole template. */
  static top(outer: OuterNames): Scope {
    return new Scope(undefined, outer);
  }

  /** A scope inside this one: it sees this one's names, and its own assignments end with it. */
  inner(): Scope {
    return new Scope(this, this.outer);
  }

  get(name: string): Value | undefined {
    let value = this.#values.get(name);
    for (let scope = this.parent; scope && value === undefined; scope = scope.parent) value = scope.#values.get(name);
    return value ?? this.outer(name);
  }

  set(name: string, value: Value): void {
    this.#values.set(name, value);
  }
}
