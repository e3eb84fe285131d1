import { failTooDeep, templateErrors } from './errors.js';

/** How much work one rendering may do. */
export interface RenderLimits {
  /** Statements and expressions to evaluate; long texts and lists cost more than one. Default 50 000. */
  readonly maxSteps?: number;
  /** Length of the result in UTF-16 units. Default 400 000. */
  readonly maxOutputChars?: number;
}

/** No list made by a template, and no `range`, has more entries. */
export const MAX_ITEMS = 100_000;

// One step is about a microsecond; handling this much text or this many entries takes about as long.
const CHARS_PER_STEP = 512;
const ITEMS_PER_STEP = 16;

// Far below what the call stack holds, so that the same template fails in the same way everywhere.
const MAX_DEPTH = 600;

// A text on its way to the output may be longer than the output, for example before it is cut.
const INTERMEDIATE_FACTOR = 4;

/** Counts the work of one rendering and stops it at the limits. */
export class Budget {
  readonly maxOutputChars: number;
  readonly #maxSteps: number;
  #steps = 0;
  #depth = 0;

  constructor(limits: RenderLimits = {}) {
    this.#maxSteps = limits.maxSteps ?? 50_000;
    this.maxOutputChars = limits.maxOutputChars ?? 400_000;
  }

  /** Pays for work. Throws `template.tooManySteps` when there is nothing left. */
  spend(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > this.#maxSteps) {
      throw templateErrors.tooManySteps(`the template takes more than ${this.#maxSteps} steps`);
    }
  }

  /** Pays for looking at, or making, that many list entries. */
  spendItems(count: number): void {
    this.spend(count / ITEMS_PER_STEP);
  }

  /** Pays for looking at, or making, that many characters. */
  spendChars(count: number): void {
    this.spend(count / CHARS_PER_STEP);
  }

  /** Asks for so many characters, before they are made, of a text that will have `total`. Throws `template.tooLong`. */
  reserveChars(count: number, total = count): void {
    const limit = this.maxOutputChars * INTERMEDIATE_FACTOR;
    if (total > limit) throw templateErrors.tooLong(`a text of the template is longer than ${limit} characters`);
    this.spendChars(count);
  }

  /** Asks for a list of that length, before it is made. Throws `template.tooLong`. */
  reserveItems(count: number): void {
    if (count > MAX_ITEMS) throw templateErrors.tooLong(`a list of the template has more than ${MAX_ITEMS} entries`);
    this.spendItems(count);
  }

  /** Goes one level deeper; every `enter` has a `leave`, except when an error ends the rendering. */
  enter(): void {
    if (++this.#depth > MAX_DEPTH) failTooDeep();
  }

  leave(): void {
    this.#depth--;
  }
}

/** The text being rendered, with its limit. */
export class Output {
  #text = '';

  constructor(private readonly budget: Budget) {}

  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    if (this.#text.length + text.length > this.budget.maxOutputChars) {
      throw templateErrors.tooLong(`the result is longer than ${this.budget.maxOutputChars} characters`);
    }
    this.budget.spendChars(text.length);
    this.#text += text;
  }
}
