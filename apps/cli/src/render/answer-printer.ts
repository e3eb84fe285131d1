import type { ReplyUpdate } from '../api/follow-run.js';

/**
 * Prints an answer as it comes, to where nothing can be taken back: each character once. What is told again after a
 * reconnect is not printed again. When something that was printed does not hold after all (a model call was lost and
 * answers otherwise now), it says so and prints the answer anew.
 */
export class AnswerPrinter {
  /** What of the answer stands on the output. */
  private printed = '';
  private answer = '';

  /**
   * @param write    takes text of the answer
   * @param onRestart  called before the answer is printed anew
   */
  constructor(
    private readonly write: (text: string) => void,
    private readonly onRestart: () => void,
  ) {}

  /** Takes in what may be shown now; reasoning is not part of the answer. */
  take({ offset, text, reasoning }: ReplyUpdate): void {
    if (reasoning) return;
    if (offset === this.answer.length && this.answer.length === this.printed.length) {
      // nearly always: the next piece
      this.answer += text;
      this.print(this.answer, text);
      return;
    }
    this.answer = this.answer.slice(0, offset) + text;
    this.show();
  }

  /**
   * Closes with the stored answer, or with what came when there is none (null). A difference in white space alone is
   * not worth printing anew.
   */
  finish(stored: string | null): void {
    if (stored !== null) this.answer = stored;
    const isShown = squeeze(this.printed) === squeeze(this.answer);
    if (!isShown && this.answer.startsWith(this.printed)) this.show();
    else if (!isShown) this.restart();
    if (this.printed !== '' && !this.printed.endsWith('\n')) this.write('\n');
  }

  private show(): void {
    const { answer, printed } = this;
    if (answer.startsWith(printed)) this.print(answer, answer.slice(printed.length));
    // Shorter than what is printed: told again, or taken back. What follows decides.
    else if (!printed.startsWith(answer)) this.restart();
  }

  private restart(): void {
    if (this.printed !== '' && !this.printed.endsWith('\n')) this.write('\n');
    this.onRestart();
    this.print(this.answer, this.answer);
  }

  private print(whole: string, text: string): void {
    this.printed = whole;
    if (text !== '') this.write(text);
  }
}

const squeeze = (text: string) => text.replace(/\s+/g, '');
