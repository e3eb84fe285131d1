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

/**
 * Code units of a text that are kept after they were shown. A finished text that is longer is a reference, with which
 * nothing is compared.
 */
const KEPT_LENGTH = 64 * 1024;

/** The text of one output as far as it has arrived, from one execution of one try. */
export interface LiveText {
  readonly attempt: number;
  readonly execution: number;
  /** Its beginning, `KEPT_LENGTH` at most. */
  readonly text: string;
  /** Code units of all of it. */
  readonly length: number;
}

/** Nothing of a text yet. */
export function noText(attempt: number, execution = 0): LiveText {
  return { attempt, execution, text: '', length: 0 };
}

/** A text and what was new in the piece that it took in. */
export interface TakenIn<Live extends LiveText = LiveText> {
  readonly live: Live;
  readonly added: string;
  /** The piece began another try or execution. */
  readonly isAnew: boolean;
}

/**
 * The text after one more piece. A later try or execution begins anew, an earlier one is not heard; what was there
 * already is not taken twice. A piece beyond a gap is left out, as is all that follows it: the finished value brings
 * the rest, and nothing is ever joined that does not belong together.
 * @returns undefined when there is nothing new
 */
export function takeIn(live: LiveText | undefined, piece: TextPiece): TakenIn | undefined {
  const { attempt, execution, offset, text } = piece;
  if (live && attempt < live.attempt) return undefined;
  if (live && attempt === live.attempt && execution < live.execution) return undefined;
  const isAnew = live?.attempt !== attempt || live.execution !== execution;
  const before = isAnew ? noText(attempt, execution) : live;
  const known = before.length - offset;
  const added = known < 0 ? '' : text.slice(known);
  if (added === '' && !isAnew) return undefined;
  const kept = before.length < KEPT_LENGTH ? beginningOf(before.text + added) : before.text;
  return { live: { ...before, text: kept, length: before.length + added.length }, added, isAnew };
}

/** As much of a text as is kept; a character is never cut in half. */
function beginningOf(text: string): string {
  if (text.length <= KEPT_LENGTH) return text;
  return text.slice(0, endsInHalf(text, KEPT_LENGTH) ? KEPT_LENGTH - 1 : KEPT_LENGTH);
}

function endsInHalf(text: string, length: number): boolean {
  const last = text.charCodeAt(length - 1);
  return length > 0 && last >= 0xd800 && last <= 0xdbff;
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
  return endsInHalf(a, length) ? length - 1 : length;
}
