import { inject, Injectable, signal, type OnDestroy, type Signal } from '@angular/core';
import { ApolloClient } from '@apollo/client';
import { problemOf, type Problem } from '../api/problem.js';
import { RunStepsDocument, type RunStepsQuery, type StepRowFragment } from './run-page.generated.js';

/** A step of a run as lists show it. */
export interface StepRow extends StepRowFragment {
  /** Its worker is not heard of. */
  readonly isRecovering: boolean;
}

/** A run when its steps were read. */
export type RunReading = NonNullable<RunStepsQuery['run']>;

/** News of so long is asked for together, and what came to nothing again after a while; in milliseconds. */
const TOGETHER_MS = 300;
const AGAIN_MS = 2_000;

/**
 * The steps of one run: read as a whole once, then those alone of which there is news. They stay out of the cache, which
 * takes long over thousands.
 */
@Injectable()
export class RunSteps implements OnDestroy {
  private readonly client = inject(ApolloClient);
  private readonly known = signal<readonly StepRow[] | undefined>(undefined);
  private readonly trouble = signal<Problem | undefined>(undefined);
  private runId = '';
  private news = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** In the order in which they were first heard of; undefined until they are read. */
  readonly rows: Signal<readonly StepRow[] | undefined> = this.known;
  /** Why they could not be read, or not anew. */
  readonly problem: Signal<Problem | undefined> = this.trouble;

  /** Reads all of a run's steps. Undefined when there is no such run, nobody could read it, or another is read by now. */
  async open(runId: string): Promise<RunReading | undefined> {
    this.leave();
    this.runId = runId;
    try {
      const run = await this.read();
      if (this.runId !== runId || !run) return undefined;
      this.known.set(run.steps.map(toRow));
      return run;
    } catch (error) {
      if (this.runId === runId) this.trouble.set(problemOf(error));
      return undefined;
    }
  }

  /** There is news of these steps. */
  note(stepKeys: Iterable<string>): void {
    for (const key of stepKeys) this.news.add(key);
    if (this.news.size > 0) this.timer ??= setTimeout(() => void this.update(), TOGETHER_MS);
  }

  /** Asks at once for what it had no answer to. */
  retry(): void {
    clearTimeout(this.timer);
    void this.update();
  }

  ngOnDestroy(): void {
    this.leave();
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.runId = '';
    this.news = new Set();
    this.known.set(undefined);
    this.trouble.set(undefined);
  }

  private async update(): Promise<void> {
    const { runId, news } = this;
    this.news = new Set();
    let trouble: Problem | undefined;
    const run = await this.read([...news]).catch((error: unknown) => void (trouble = problemOf(error)));
    if (this.runId !== runId) return;
    if (run) this.put(run.steps.map(toRow));
    else for (const key of news) this.news.add(key);
    this.trouble.set(trouble);
    this.timer = undefined;
    if (run) this.note([]);
    else this.timer = setTimeout(() => void this.update(), AGAIN_MS);
  }

  /** Those that are known stay in their places. */
  private put(rows: readonly StepRow[]): void {
    const byKey = new Map((this.known() ?? []).map((row) => [row.key, row]));
    for (const row of rows) byKey.set(row.key, row);
    this.known.set([...byKey.values()]);
  }

  private async read(keys?: readonly string[]): Promise<RunReading | null> {
    const variables = { id: this.runId, ...(keys && { keys: [...keys] }) };
    const { data } = await this.client.query({ query: RunStepsDocument, variables, fetchPolicy: 'no-cache' });
    return data?.run ?? null;
  }
}

function toRow(step: StepRowFragment): StepRow {
  return { ...step, isRecovering: false };
}
