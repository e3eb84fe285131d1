/** A piece of a long text; the pieces in order are the whole. */
export interface TextPart {
  readonly text: string;
  readonly isLast: boolean;
}
