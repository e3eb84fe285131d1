/** A piece of a reply: what the model says, or what it thinks. `block` counts the blocks of thought from 0. */
export type ReplyPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thought'; readonly text: string; readonly block: number };

const OPENING = /<think(?:\s[^<>]{0,512})?>/i;
const CLOSING = /<\/think>/i;
// the beginning of a tag at the end of what has come so far; no tag holds another `<`
const MAYBE_OPENING = /^<(?:t(?:h(?:i(?:n(?:k(?:\s[^<>]{0,512})?)?)?)?)?)?$/i;
const MAYBE_CLOSING = /^<(?:\/(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?)?$/i;

/**
 * Takes `<think …>…</think>` apart from the rest of a text that arrives in pieces, also where a tag is cut. A block
 * that is never closed is thought to its end; tags of other names are text.
 */
export class ThinkTagSplitter {
  #held = '';
  #blocks = 0;
  #isThinking = false;

  /** The pieces that are certain by now. */
  push(text: string): ReplyPiece[] {
    this.#held += text;
    const pieces: ReplyPiece[] = [];
    for (;;) {
      const tag = (this.#isThinking ? CLOSING : OPENING).exec(this.#held);
      if (!tag) break;
      this.#give(pieces, tag.index);
      this.#held = this.#held.slice(tag[0].length);
      if (!this.#isThinking) this.#blocks += 1;
      this.#isThinking = !this.#isThinking;
    }
    const cut = this.#held.lastIndexOf('<');
    const isCut = cut >= 0 && (this.#isThinking ? MAYBE_CLOSING : MAYBE_OPENING).test(this.#held.slice(cut));
    this.#give(pieces, isCut ? cut : this.#held.length);
    return pieces;
  }

  /** What was held back; nothing more comes. */
  end(): ReplyPiece[] {
    const pieces: ReplyPiece[] = [];
    this.#give(pieces, this.#held.length);
    return pieces;
  }

  #give(pieces: ReplyPiece[], length: number): void {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (text === '') return;
    pieces.push(this.#isThinking ? { kind: 'thought', text, block: this.#blocks - 1 } : { kind: 'text', text });
  }
}

/** A finished reply without its blocks of thought, and these, trimmed, a line each. */
export function separateThoughts(pieces: readonly ReplyPiece[]): { readonly text: string; readonly reasoning: string } {
  const blocks: string[] = [];
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') text += piece.text;
    else blocks[piece.block] = (blocks[piece.block] ?? '') + piece.text;
  }
  return {
    text: text.replace(/\n\s*\n/g, '\n\n').trim(),
    reasoning: blocks.map((block) => block.trim()).join('\n'),
  };
}

/** The text without its blocks of thought. */
export function withoutThoughts(text: string): string {
  const splitter = new ThinkTagSplitter();
  return separateThoughts([...splitter.push(text), ...splitter.end()]).text;
}
