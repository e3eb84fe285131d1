/** What a promise is about, in the order of the columns of the table. */
export type ViolationKind =
  'lost' | 'wrongResult' | 'doubled' | 'unowned' | 'state' | 'repeated' | 'stream' | 'stop' | 'budget';

/** A promise that was broken: which one, by which run, and how. */
export interface Violation {
  readonly promise: 'P1' | 'P2' | 'P3' | 'P4' | 'P5' | 'budget';
  readonly kind: ViolationKind;
  readonly runId?: string;
  readonly text: string;
}
