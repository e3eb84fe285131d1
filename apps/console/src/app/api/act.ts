import { signal } from '@angular/core';
import { problemOf, type Problem } from './problem.js';

/** Something that a person does: whether it is under way, and why it came to nothing. */
export class Act {
  readonly isBusy = signal(false);
  readonly problem = signal<Problem | undefined>(undefined);

  /** Does it, unless it is under way already. True when it was done. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.isBusy()) return false;
    this.isBusy.set(true);
    this.problem.set(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      this.problem.set(problemOf(error));
      return false;
    } finally {
      this.isBusy.set(false);
    }
  }
}
