import { separateThoughts, ThinkTagSplitter, type ReplyPiece } from './think-tags.js';

/** Passes live text on. */
export type Emit = (channel: 'text' | 'reasoning_content', text: string) => void;

/** The text of a finished reply and the thoughts kept apart from it. */
export interface FinishedText {
  readonly text: string;
  readonly reasoning: string;
}

/** Puts a reply together from its pieces, in the form its author asked for, and passes them on as they come. */
export interface ReplyText {
  addText(text: string): void;
  /** What a provider sends apart from the text. */
  addThought(text: string): void;
  finish(): FinishedText;
}

/** `tagged`: thoughts stay in the text, between tags. `separated`: they are kept apart. */
export function createReplyText(format: 'tagged' | 'separated', emit: Emit): ReplyText {
  return format === 'tagged' ? new TaggedText(emit) : new SeparatedText(emit);
}

class TaggedText implements ReplyText {
  #text = '';
  #isThinking = false;

  constructor(private readonly emit: Emit) {}

  addText(text: string): void {
    this.#give(this.#isThinking ? `\n</think>${text}` : text);
    this.#isThinking = false;
  }

  addThought(text: string): void {
    this.#give(this.#isThinking ? text : `<think>\n${text}`);
    this.#isThinking = true;
  }

  finish(): FinishedText {
    if (this.#isThinking) this.addText('');
    return { text: this.#text, reasoning: '' };
  }

  #give(text: string): void {
    this.#text += text;
    this.emit('text', text);
  }
}

class SeparatedText implements ReplyText {
  readonly #splitter = new ThinkTagSplitter();
  readonly #pieces: ReplyPiece[] = [];
  #hasText = false;
  /** The block of thought under way, if one is: its number among those between tags, or what comes apart. */
  #block: number | 'apart' | undefined;
  #blocks = 0;

  constructor(private readonly emit: Emit) {}

  addText(text: string): void {
    this.#take(this.#splitter.push(text));
  }

  addThought(text: string): void {
    this.#think(text, 'apart');
  }

  finish(): FinishedText {
    this.#take(this.#splitter.end());
    return separateThoughts(this.#pieces);
  }

  #take(pieces: readonly ReplyPiece[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'text') this.#say(piece.text);
      else this.#think(piece.text, piece.block);
    }
  }

  #say(text: string): void {
    this.#pieces.push({ kind: 'text', text });
    this.#block = undefined;
    // what is left of the lines around the first block would only push the answer down
    const visible = this.#hasText || this.#blocks === 0 ? text : text.trimStart();
    if (visible.trim() !== '') this.#hasText = true;
    if (visible !== '') this.emit('text', visible);
  }

  #think(text: string, block: number | 'apart'): void {
    if (this.#block !== block) {
      if (this.#blocks > 0) this.emit('reasoning_content', '\n');
      this.#blocks += 1;
      this.#block = block;
    }
    this.#pieces.push({ kind: 'thought', text, block: this.#blocks - 1 });
    this.emit('reasoning_content', text);
  }
}
