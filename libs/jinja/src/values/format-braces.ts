import type { Call } from '../builtins/call.js';
import type { Budget } from '../budget.js';
import { fail } from '../errors.js';
import { formatValue } from './format-spec.js';
import { toRepr, toText } from './text.js';
import { type Value } from './value.js';

/** Looks up `.name` (a text) or `[key]` of a value, as an expression of a template would. */
export interface FieldAccess {
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

/** Python's `text.format(...)`. Fails where Python raises; attributes are those a template can reach. */
export function formatBraces(format: string, call: Call, access: FieldAccess, budget: Budget): string {
  return new BraceFormatter(call, access, budget).format(format, 0);
}

const MAX_NESTING = 2;

class BraceFormatter {
  #automatic = 0;
  #isNumbered: boolean | undefined;

  constructor(
    private readonly call: Call,
    private readonly access: FieldAccess,
    private readonly budget: Budget,
  ) {}

  format(format: string, nesting: number): string {
    if (nesting > MAX_NESTING) fail('Max string recursion exceeded');
    this.budget.spendChars(format.length);
    const braces = /[{}]/g;
    let text = '';
    let at = 0;
    while (at < format.length) {
      braces.lastIndex = at;
      const brace = braces.exec(format)?.index;
      if (brace === undefined) return text + format.slice(at);
      text += format.slice(at, brace);
      at = brace;
      if (format[at] === format[at + 1]) {
        text += format[at];
        at += 2;
      } else if (format[at] === '}') {
        fail("Single '}' encountered in format string");
      } else {
        const end = endOfField(format, at);
        text += this.#field(format.slice(at + 1, end), nesting);
        at = end + 1;
      }
      this.budget.reserveChars(0, text.length);
    }
    return text;
  }

  #field(field: string, nesting: number): string {
    const [, name, conversion, spec] = /^([^!:]*)(?:!([\s\S]))?(?::([\s\S]*))?$/.exec(field) ?? fail('invalid field');
    let value = this.#resolve(name as string);
    if (conversion === 'r') value = toRepr(value, this.budget);
    else if (conversion === 's') value = toText(value, this.budget);
    else if (conversion !== undefined) fail(`Unknown conversion specifier ${conversion}`);
    return formatValue(value, this.format(spec ?? '', nesting + 1), this.budget);
  }

  #resolve(name: string): Value {
    const [first] = /^[^.[]*/.exec(name) as RegExpExecArray;
    let value = this.#argument(first as string);
    let rest = name.slice((first as string).length);
    while (rest !== '') {
      const [part, attribute, key] =
        /^(?:\.([^.[]+)|\[([^\]]+)\])/.exec(rest) ?? fail('Only . or [ may follow ] in format field');
      if (attribute !== undefined) value = this.access.attribute(value, attribute);
      else value = this.access.item(value, /^\d+$/.test(key as string) ? BigInt(key as string) : (key as string));
      rest = rest.slice((part as string).length);
    }
    return value;
  }

  #argument(name: string): Value {
    if (name !== '' && !/^\d+$/.test(name)) {
      return this.call.keywords.get(name) ?? fail(`there is no value for '${name}'`);
    }
    const isNumbered = name !== '';
    if (this.#isNumbered !== undefined && this.#isNumbered !== isNumbered) {
      fail('cannot switch between automatic field numbering and manual field specification');
    }
    this.#isNumbered = isNumbered;
    const index = isNumbered ? Number(name) : this.#automatic++;
    const value = this.call.positional[index];
    return value === undefined ? fail(`Replacement index ${index} out of range for positional args tuple`) : value;
  }
}

function endOfField(format: string, start: number): number {
  let depth = 0;
  for (let at = start; at < format.length; at++) {
    if (format[at] === '{') depth++;
    else if (format[at] === '}' && --depth === 0) return at;
  }
  return fail("expected '}' before end of string");
}
