import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { isText, isTruthy, plainText, requireDefined } from '../values/inspect.js';
import { Markup, NONE, typeName, type Value } from '../values/value.js';

/** The arguments of a call, evaluated. */
export interface Call {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

/** A call without arguments. */
export const NO_ARGUMENTS: Call = { positional: [], keywords: new Map() };

/** What filters, tests and methods may use of the rendering they are part of. */
export interface Host {
  readonly budget: Budget;
  /** Applies the filter of that name. */
  filter(name: string, value: Value, call: Call): Value;
  /** Asks the test of that name. */
  test(name: string, value: Value, call: Call): boolean;
  /** `value.name` */
  attribute(value: Value, name: string): Value;
  /** `value[key]` */
  item(value: Value, key: Value): Value;
}

/** One argument each, in the order of the parameters; undefined where none was given. */
export type Arguments = readonly (Value | undefined)[];

/** A filter, test or method: what it is applied to is the subject. */
export interface Builtin<Subject> {
  /** Names of the parameters; one that ends in `?` may be left out. `*` alone takes the call as it is. */
  readonly parameters: readonly string[];
  readonly run: (subject: Subject, args: Arguments, host: Host, call: Call) => Value;
}

/** Builtins by name. A map, so that no name reaches an object prototype. */
export type BuiltinTable<Subject> = ReadonlyMap<string, Builtin<Subject>>;

type BuiltinEntry<Subject> = readonly [parameters: string, run: Builtin<Subject>['run']];

/** Makes a table from entries such as `center: ['width fillchar?', run]`. */
export function builtinTable<Subject>(entries: Record<string, BuiltinEntry<Subject>>): BuiltinTable<Subject> {
  return new Map(
    Object.entries(entries).map(([name, [parameters, run]]) => [
      name,
      { parameters: parameters === '' ? [] : parameters.split(' '), run },
    ]),
  );
}

/** Runs a builtin with the arguments of a call, and pays for the texts among them. Fails, as Python does, on too many, too few and unknown ones. */
export function runBuiltin<Subject>(
  name: string,
  builtin: Builtin<Subject>,
  subject: Subject,
  call: Call,
  host: Host,
): Value {
  const { parameters, run } = builtin;
  for (const text of [subject, ...call.positional, ...call.keywords.values()]) {
    if (typeof text === 'string' || text instanceof Markup) host.budget.spendChars(plainText(text).length);
  }
  if (parameters[0] === '*') return run(subject, [], host, call);
  return run(subject, bindArguments(name, parameters, call), host, call);
}

function bindArguments(name: string, parameters: readonly string[], call: Call): Arguments {
  const { positional, keywords } = call;
  if (positional.length > parameters.length) {
    fail(`${name}() takes at most ${parameters.length} arguments (${positional.length} given)`);
  }
  const names = parameters.map((parameter) => parameter.replace('?', ''));
  for (const key of keywords.keys()) {
    const index = names.indexOf(key);
    if (index < 0) fail(`${name}() got an unexpected keyword argument '${key}'`);
    if (index < positional.length) fail(`${name}() got multiple values for argument '${key}'`);
  }
  return parameters.map((parameter, index) => {
    const given = index < positional.length ? positional[index] : keywords.get(names[index] as string);
    if (given === undefined && !parameter.endsWith('?')) {
      fail(`${name}() missing required argument: '${names[index]}'`);
    }
    return given;
  });
}

/** The text of an argument. Fails for anything but a string. */
export function textArgument(value: Value | undefined): string {
  if (isText(value)) return plainText(value);
  if (value !== undefined) requireDefined(value);
  return fail(`expected a str, not '${typeName(value ?? NONE)}'`);
}

/** The integer of an argument as a number, `fallback` when it was left out. Far-off values come back as ±2^53. */
export function integerArgument(value: Value | undefined, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') {
    const limit = BigInt(Number.MAX_SAFE_INTEGER);
    return Number(value > limit ? limit : value < -limit ? -limit : value);
  }
  if (value !== undefined) requireDefined(value);
  return fail(`'${typeName(value ?? NONE)}' object cannot be interpreted as an integer`);
}

/** The truth of an argument; `fallback` when it was left out. */
export function flagArgument(value: Value | undefined, fallback = false): boolean {
  return value === undefined ? fallback : isTruthy(value);
}

/** An argument for which None means the same as leaving it out. */
export function optionalArgument(value: Value | undefined): Value | undefined {
  return value === NONE ? undefined : value;
}
