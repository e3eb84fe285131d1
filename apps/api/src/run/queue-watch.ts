import type { RunId, TeamId } from '@tenon/base';
import { type Database, listAttention, RunRepository, type RunAttention, type RunRecord } from '@tenon/database';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, DATABASE, type ApiConfig } from '../parts.js';

/** A run that nobody has begun for this long is waiting for a worker, in milliseconds. */
const PATIENCE_MS = 3_000;

/** What of other rows says why runs have not started. */
interface Surroundings {
  /** Runs of the team that are under way. */
  readonly underWay: number;
  readonly attention: ReadonlyMap<RunId, RunAttention>;
}

/** Says why a queued run has not started. */
@Injectable()
export class QueueWatch {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly runs: RunRepository,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  /** Of each run one sentence, or null where it does not wait. */
  async explain(teamId: TeamId, runs: readonly RunRecord[]): Promise<(string | null)[]> {
    const queued = runs.filter(({ status }) => status === 'queued');
    const relayed = queued.filter(({ isRelayed }) => isRelayed).map(({ id }) => id);
    const isUnclear = queued.some(({ isRelayed, relayError }) => !isRelayed && !relayError);
    const surroundings = {
      underWay: isUnclear ? (await this.runs.countOpen(teamId)).underWay : 0,
      attention:
        relayed.length > 0 ? await listAttention(this.database, teamId, relayed) : new Map<RunId, RunAttention>(),
    };
    return runs.map((run) => this.explainOne(run, surroundings));
  }

  private explainOne(run: RunRecord, { underWay, attention }: Surroundings): string | null {
    if (run.status !== 'queued') return null;
    const trouble = attention.get(run.id);
    if (trouble) return `${trouble.reason} Waiting since ${trouble.since.toISOString()}.`;
    const since = `Waiting since ${run.createdAt.toISOString()}.`;
    const isNew = Date.now() - run.createdAt.getTime() < PATIENCE_MS;
    if (run.isRelayed)
      return isNew ? null : `The workflow server has the run, and no worker has begun it yet. ${since}`;
    if (run.relayError) return `${run.relayError} ${since}`;
    if (underWay >= this.config.runs.teamMaxRuns)
      return `${underWay} runs of the team are under way, the most at once; this one starts when one ends.`;
    return isNew ? null : `No worker has taken the run yet. ${since}`;
  }
}
