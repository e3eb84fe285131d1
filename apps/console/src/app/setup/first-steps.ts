import { computed, Injectable } from '@angular/core';
import { ask } from '../api/ask.js';
import { standingOf } from '../models/model-standing.js';
import { RunsDocument } from '../runs/runs.generated.js';
import { FirstStepsDocument } from './first-steps.generated.js';

/** As Home asks for them: lists of one kind share a place in the cache. */
const RUNS = 8;
/** The local model comes by itself, and others of the team may add a provider. */
const LOOK_MS = 2_000;

/** How far a team has come on its way to a first answer, from what it has. Provided by the page that shows it. */
@Injectable()
export class FirstSteps {
  private readonly models = ask(FirstStepsDocument, () => ({}), { pollMs: LOOK_MS });
  private readonly runs = ask(RunsDocument, () => ({ first: RUNS }));

  readonly providers = computed(() => this.models.data()?.providers ?? []);
  readonly localModel = computed(() => this.models.data()?.localModel);
  /** Undefined while it is not known. */
  readonly standing = computed(() => {
    const models = this.models.data();
    return models && standingOf(models);
  });
  readonly hasRun = computed(() => {
    const runs = this.runs.data();
    return runs && runs.runs.edges.length > 0;
  });
  readonly isKnown = computed(() => this.standing() !== undefined && this.hasRun() !== undefined);
  /** As `Pending` reads it. */
  readonly data = computed(() => this.isKnown() || undefined);
  readonly isLoading = computed(() => this.models.isLoading() || this.runs.isLoading());
  readonly problem = computed(() => this.models.problem() ?? this.runs.problem());

  reload(): void {
    this.models.reload();
    this.runs.reload();
  }
}
