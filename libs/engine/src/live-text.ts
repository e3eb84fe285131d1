/** A piece of an output's text on its way. `offset` is in UTF-16 code units from the start of the channel's text. */
export interface TextPiece {
  readonly stepKey: string;
  readonly attempt: number;
  /** Counts executions of the try after a loss. */
  readonly execution: number;
  /** The output the text belongs to, such as `text`. */
  readonly channel: string;
  readonly offset: number;
  readonly text: string;
}

/** The text of one output as far as it has arrived, from one execution of one try. */
export interface LiveText {
  readonly attempt: number;
  readonly execution: number;
  readonly text: string;
}

/**
 * The text after one more piece. A later try or execution begins anew, an earlier one is not heard; what was there
 * already is not taken twice. A piece beyond a gap is left out, as is all that follows it: the finished value brings
 * the rest, and nothing is ever joined that does not belong together.
 */
export function takeIn(live: LiveText | undefined, piece: TextPiece): LiveText | undefined {
  const { attempt, execution, offset, text } = piece;
  if (live && attempt < live.attempt) return live;
  if (live && attempt === live.attempt && execution < live.execution) return live;
  const isSame = live?.attempt === attempt && live.execution === execution;
  const before = isSame ? live.text : '';
  const known = before.length - offset;
  if (known >= text.length && isSame) return live;
  return { attempt, execution, text: known < 0 ? before : before + text.slice(known) };
}

/**
 * What a finished text is, given the pieces that arrived and the value that the step gave. The value wins, but a
 * difference in white space alone (a model's text is trimmed at its end) is not worth taking back what was shown.
 */
export function finishedText(arrived: string, value: string): string {
  if (value.startsWith(arrived)) return value;
  const squeeze = (text: string) => text.replace(/\s+/g, '');
  return squeeze(arrived) === squeeze(value) ? arrived : value;
}

/** How many code units two texts share at their start; a character is never cut in half. */
export function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  const last = a.charCodeAt(length - 1);
  return length > 0 && last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
