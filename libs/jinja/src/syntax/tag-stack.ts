import { failInvalid } from '../errors.js';

// Deeper than any template for people, and far below what the parser's recursion can take.
const MAX_TAGS = 100;
// The parser goes one level deeper for each.
const MAX_ELIFS = 500;

const BLOCK_TAGS: ReadonlySet<string> = new Set(['call', 'filter', 'for', 'if', 'macro', 'with']);
const OTHER_TAGS: ReadonlySet<string> = new Set(['set', 'elif', 'else', 'break', 'continue']);

interface OpenTag {
  readonly name: string;
  readonly line: number;
  hasElse: boolean;
  elifs: number;
}

/** Checks that the tags of a template open and close each other. Every check throws `template.invalid`. */
export class TagStack {
  readonly #open: OpenTag[] = [];

  /** Takes the next tag; `isBlockSet` for a `set` that has a body. */
  take(tag: string, isBlockSet: boolean, line: number): void {
    if (BLOCK_TAGS.has(tag) || isBlockSet) this.#push(tag, line);
    else if (tag.startsWith('end') && (BLOCK_TAGS.has(tag.slice(3)) || tag === 'endset')) this.#close(tag, line);
    else if (!OTHER_TAGS.has(tag)) failInvalid(line, `the tag '${tag}' is not known`);
    else if (tag === 'else' || tag === 'elif') this.#branch(tag, line);
    else if (tag !== 'set') this.#checkLoop(tag, line);
  }

  /** Takes the end of the template. */
  finish(): void {
    const open = this.#open.at(-1);
    if (open) failInvalid(open.line, `the tag '${open.name}' is not closed`);
  }

  #push(name: string, line: number): void {
    this.#open.push({ name, line, hasElse: false, elifs: 0 });
    if (this.#open.length > MAX_TAGS) failInvalid(line, `more than ${MAX_TAGS} tags are inside each other`);
  }

  #close(tag: string, line: number): void {
    const open = this.#open.pop();
    if (!open) return failInvalid(line, `'${tag}' closes no tag`);
    if (open.name !== tag.slice(3)) {
      failInvalid(line, `'${tag}' does not close the tag '${open.name}' of line ${open.line}`);
    }
  }

  #branch(tag: string, line: number): void {
    const open = this.#open.at(-1);
    const fits = open?.name === 'if' || (open?.name === 'for' && tag === 'else');
    if (!open || !fits || open.hasElse) return failInvalid(line, `unexpected '${tag}'`);
    if (tag === 'else') open.hasElse = true;
    else if (++open.elifs > MAX_ELIFS) failInvalid(line, `an 'if' has more than ${MAX_ELIFS} 'elif'`);
  }

  // A loop is left from its own body only, not from a macro or call block inside it, nor from its `else`.
  #checkLoop(tag: string, line: number): void {
    const around = this.#open.findLast(({ name }) => name !== 'if' && name !== 'with');
    if (around?.name !== 'for' || around.hasElse) failInvalid(line, `'${tag}' is not inside a loop`);
  }
}
