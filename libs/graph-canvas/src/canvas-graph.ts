/** A box of the graph. Lengths are in pixels at zoom 1, from a common origin. */
export interface CanvasNode {
  readonly id: string;
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** What is read out for it: its name, kind and state. */
  readonly label: string;
  /** What is read out after that, for whoever waits: what it does, and what it is connected with. */
  readonly description?: string;
  /** A box around others; it lies behind them. */
  readonly isContainer?: boolean;
  /** Colour of its outline in the small map, as CSS has it. */
  readonly color?: string;
}

/** A line from one box to another. */
export interface CanvasEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** Where it leaves the source and enters the target, below their upper edges; the middle without it. */
  readonly sourceY?: number;
  readonly targetY?: number;
  /** What is read out for it: where it leads, and which way out of its source it is. */
  readonly label?: string;
  /** `taken` is strong, `skipped` faint, `live` moves. */
  readonly look?: 'taken' | 'skipped' | 'live';
}

/** A line that the keyboard has come to: the which of those that leave its source, from 1. */
export interface WalkedEdge {
  readonly edge?: CanvasEdge;
  readonly index: number;
  readonly count: number;
}

/** What the canvas draws. Boxes come in the order in which they are walked by keyboard. */
export interface CanvasGraph {
  readonly nodes: readonly CanvasNode[];
  readonly edges: readonly CanvasEdge[];
}

/** How much of a box can be made out from where it is seen: its colour, its name too, or all. */
export type Detail = 'shape' | 'name' | 'whole';
