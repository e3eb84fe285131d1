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

  /** One sentence, or null for a run that does not wait. */
  async explain(teamId: TeamId, run: RunRecord): Promise<string | null> {
    if (run.status !== 'queued') return null;
    const since = run.createdAt.toISOString();
    if (run.relayError) return `${run.relayError} Waiting since ${since}.`;
    const { underWay } = await this.runs.countOpen(teamId);
    const limit = this.config.runs.teamMaxRuns;
    if (underWay >= limit)
      return `${underWay} runs of the team are under way, the most at once; this one starts when one ends.`;
    if (Date.now() - run.createdAt.getTime() < PATIENCE_MS) return null;
    return `No worker has taken the run yet. Waiting since ${since}.`;
  }
}
