import { failInvalid } from '../errors.js';
import { strip, WHITESPACE_CLASS } from '../values/whitespace.js';
import { scanExpression } from './scan-expression.js';
import type { Token } from './token.js';

/** A piece of a template: text that is printed as it is, a `{{ … }}` or a `{% … %}`. Comments are gone. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string; readonly line: number }
  | { readonly kind: 'print' | 'tag'; readonly tokens: readonly Token[]; readonly line: number };

const OPENING = /\{[{%#]/g;
const RAW = new RegExp(`\\{%[-+]?[${WHITESPACE_CLASS}]*raw[${WHITESPACE_CLASS}]*(-?)%\\}`, 'y');
const END_RAW = new RegExp(`\\{%([-+]?)[${WHITESPACE_CLASS}]*endraw[${WHITESPACE_CLASS}]*([-+]?)%\\}`, 'g');
const SPACES = new RegExp(`[${WHITESPACE_CLASS}]*`, 'y');

/**
 * Cuts a template into its pieces and applies the white space control of its tags. Throws `template.invalid`.
 *
 * The lexer of `@huggingface/jinja` does not fit: it knows neither `raw` blocks nor lines, refuses escapes that
 * Python accepts, and takes quadratic time for long runs of white space.
 */
export function scanTemplate(source: string): Segment[] {
  return new TemplateScanner(normalizeNewlines(source)).scan();
}

// One line break at the end belongs to the file, not to the template.
function normalizeNewlines(source: string): string {
  const text = source.replace(/\r\n?/g, '\n');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

class TemplateScanner {
  readonly #segments: Segment[] = [];
  #at = 0;
  #line = 1;
  #countedTo = 0;
  #isTextCut = false;

  constructor(private readonly source: string) {}

  scan(): Segment[] {
    while (this.#at < this.source.length) {
      OPENING.lastIndex = this.#at;
      const open = OPENING.exec(this.source)?.index ?? this.source.length;
      const isCutAtEnd = this.source[open + 2] === '-';
      this.#pushText(this.source.slice(this.#at, open), isCutAtEnd);
      this.#at = open;
      if (open < this.source.length) this.#scanTag();
    }
    return this.#segments;
  }

  #scanTag(): void {
    RAW.lastIndex = this.#at;
    const raw = RAW.exec(this.source);
    if (raw) this.#scanRaw(this.#at + raw[0].length, raw[1] === '-');
    else if (this.source[this.#at + 1] === '#') this.#scanComment();
    else this.#scanCode();
  }

  #scanRaw(start: number, isCut: boolean): void {
    const line = this.#lineAt(this.#at);
    END_RAW.lastIndex = start;
    const end = END_RAW.exec(this.source) ?? failInvalid(line, "the tag 'raw' is not closed");
    this.#isTextCut = isCut;
    this.#pushText(this.source.slice(start, end.index), end[1] === '-');
    this.#at = end.index + end[0].length;
    this.#isTextCut = end[2] === '-';
  }

  #scanComment(): void {
    const start = this.#at + (/[-+]/.test(this.source[this.#at + 2] ?? '') ? 3 : 2);
    // as for Jinja, a comment that begins with the last characters is none
    const end = start < this.source.length ? this.source.indexOf('#}', start) : start;
    if (end < 0) failInvalid(this.#lineAt(this.#at), "a comment is not closed with '#}'");
    this.#isTextCut = end > start && this.source[end - 1] === '-';
    this.#at = end + 2;
  }

  #scanCode(): void {
    const line = this.#lineAt(this.#at);
    const kind = this.source[this.#at + 1] === '{' ? 'print' : 'tag';
    const isControlled = /[-+]/.test(this.source[this.#at + 2] ?? '');
    const scanned = scanExpression(this.source, this.#at + (isControlled ? 3 : 2), kind, line);
    this.#segments.push({ kind, tokens: scanned.tokens, line });
    this.#isTextCut = scanned.isTextAfterCut;
    this.#at = scanned.end;
  }

  #pushText(text: string, isCutAtEnd: boolean): void {
    let kept = text;
    if (this.#isTextCut) {
      SPACES.lastIndex = 0;
      kept = text.slice(SPACES.exec(text)?.[0].length ?? 0);
    }
    if (isCutAtEnd) kept = strip(kept, 'right');
    this.#isTextCut = false;
    if (kept !== '') this.#segments.push({ kind: 'text', text: kept, line: this.#lineAt(this.#at) });
  }

  #lineAt(position: number): number {
    for (let at = this.source.indexOf('\n', this.#countedTo); at >= 0 && at < position;) {
      this.#line++;
      this.#countedTo = at + 1;
      at = this.source.indexOf('\n', this.#countedTo);
    }
    return this.#line;
  }
}
