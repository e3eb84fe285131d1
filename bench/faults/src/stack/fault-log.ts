import type { Fault, Span } from '../checker/recording.js';

type OpenFault = { -readonly [Name in keyof Fault]: Fault[Name] };
type OpenSpan = { -readonly [Name in keyof Span]: Span[Name] };

/** What was done to the product and when, and when workers were there. */
export class FaultLog {
  private kept: OpenFault[] = [];
  private spans = new Map<object, OpenSpan>();
  private ownerSpans: OpenSpan[] = [];

  get faults(): readonly Fault[] {
    return this.kept;
  }

  get owners(): readonly Span[] {
    return this.ownerSpans;
  }

  /** Forgets faults that are over, and owners that are gone. */
  reset(): void {
    this.kept = this.kept.filter(({ until }) => until === undefined);
    this.ownerSpans = this.ownerSpans.filter(({ to }) => to === undefined);
  }

  /** A fault begins, with which work may be lost or not. @returns what ends it */
  begin(name: string, losesWork: boolean): () => void {
    const fault: OpenFault = { name, at: Date.now(), losesWork };
    this.kept.push(fault);
    return () => void (fault.until ??= Date.now());
  }

  /** An owner is there or is gone. */
  note(owner: object, isThere: boolean): void {
    const open = this.spans.get(owner);
    if (isThere && !open) {
      const span: OpenSpan = { from: Date.now() };
      this.spans.set(owner, span);
      this.ownerSpans.push(span);
    } else if (!isThere && open) {
      open.to = Date.now();
      this.spans.delete(owner);
    }
  }
}
