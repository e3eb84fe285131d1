import type { TeamId } from '@tenon/base';
import { RunRepository, type RunRecord } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type ApiConfig } from '../parts.js';

/** A run that no worker has taken for this long is waiting for one, in milliseconds. */
const PATIENCE_MS = 3_000;

/** Says why a queued run has not started. */
@Injectable()
export class QueueWatch {
  constructor(
    private readonly runs: RunRepository,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Of each run one sentence, or null where it does not wait. */
  async explain(teamId: TeamId, runs: readonly RunRecord[]): Promise<(string | null)[]> {
    const isUnclear = runs.some(({ status, relayError }) => status === 'queued' && !relayError);
    const underWay = isUnclear ? (await this.runs.countOpen(teamId)).underWay : 0;
    return runs.map((run) => this.explainOne(run, underWay));
  }

  private explainOne(run: RunRecord, underWay: number): string | null {
    if (run.status !== 'queued') return null;
    const since = run.createdAt.toISOString();
    if (run.relayError) return `${run.relayError} Waiting since ${since}.`;
    if (underWay >= this.config.runs.teamMaxRuns)
      return `${underWay} runs of the team are under way, the most at once; this one starts when one ends.`;
    if (Date.now() - run.createdAt.getTime() < PATIENCE_MS) return null;
    return `No worker has taken the run yet. Waiting since ${since}.`;
  }
}
