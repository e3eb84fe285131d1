import { defineErrors, type AppId, type ConversationId, type RunId, type TeamId, type VersionId } from '@tenon/base';
import type { Failure, Outputs } from '@tenon/engine';
import type { Database, Sql } from '../database.js';
import { idBefore, newId } from '../new-id.js';
import { objectKeysIn } from '../object-references.js';
import { CHANNELS, RELAY_BELL, ring } from '../notifications.js';
import { storableJson } from '../storable.js';
import { appErrors } from './app.repository.js';
import { usageOf, type UsageSum } from '../usage.js';

/** Failures of accepting a run. */
export const runErrors = defineErrors('run', { keyReused: 'conflict', missing: 'missing' });

export type RunStatus =
  | 'queued'
  | 'running'
  | 'waiting'
  | 'paused'
  | 'needsAttention'
  | 'succeeded'
  | 'partiallySucceeded'
  | 'failed'
  | 'stopped';

/** A run as it is accepted. Inputs are coerced already; `system` holds the `sys` values. */
export interface NewRun {
  readonly id: RunId;
  readonly teamId: TeamId;
  readonly appId: AppId;
  readonly versionId: VersionId | null;
  readonly planHash: string;
  readonly conversationId: ConversationId | null;
  /** Makes the conversation together with the run. */
  readonly newConversation?: { readonly name: string };
  readonly channel: string;
  readonly createdBy: string | null;
  /** By what the logs name the request that starts it. */
  readonly requestId?: string;
  readonly inputs: Outputs;
  readonly system: Outputs;
  readonly idempotency?: Idempotency;
}

/** Two requests with one key and one hash are one run. */
export interface Idempotency {
  readonly key: string;
  readonly requestHash: string;
}

export interface RunRecord {
  readonly id: RunId;
  readonly appId: AppId;
  readonly versionId: VersionId | null;
  readonly planHash: string;
  readonly conversationId: ConversationId | null;
  readonly channel: string;
  readonly requestId: string | null;
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly inputs: Outputs;
  readonly system: Outputs;
  readonly outputs: Outputs | null;
  readonly failure: (Failure & { readonly stepKey?: string }) | null;
  /** Of all executions of its steps together, as far as it is known; a run that goes on shows what it is so far. */
  readonly usage: UsageSum | null;
  readonly exceptions: number;
  readonly steps: number;
  readonly lastSeq: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Why a queued run has not started, when the reason is a fault. */
  readonly relayError: string | null;
  /** The workflow server has it, which says nothing of whether it has begun. */
  readonly isRelayed: boolean;
}

/** What the clocks of two of our computers may differ by, in milliseconds. */
const SKEW_MS = 3_600_000;

/** Which runs are listed. What is left out does not count. */
export interface RunFilter {
  readonly appId?: AppId;
  readonly conversationId?: ConversationId;
  readonly statuses?: readonly RunStatus[];
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  /** Stands in the question or the inputs, in whatever case. */
  readonly text?: string;
}

/** Runs as the API accepts and reads them. The team is the first argument of every method. */
export class RunRepository {
  constructor(private readonly database: Database) {}

  /**
   * Accepts a run: one insert, which is also the outbox. Rings the relay after the commit.
   * @returns the run; the earlier one when the same key and request were accepted before
   * @throws run.keyReused when the key was used for another request, app.missing when it was deleted meanwhile
   */
  async accept(run: NewRun): Promise<RunRecord> {
    const { requestHash, ...accepted } = await this.insert(run).catch((error: unknown) => {
      // whoever deletes an app does not wait for those who have just looked it up
      if (isOfMissingApp(error)) throw appErrors.missing('There is no such app.', { cause: error });
      throw error;
    });
    if (accepted.id !== run.id) checkSame(requestHash, run.idempotency);
    // not waited for: the run is accepted, and a bell that is lost costs it the relay's poll
    if (accepted.id === run.id) void this.ringRelay(RELAY_BELL.run);
    return accepted;
  }

  /**
   * The run that a request was accepted as before.
   * @throws run.keyReused when the key was used for another request
   */
  async findAccepted(teamId: TeamId, appId: AppId, request: Idempotency): Promise<RunRecord | undefined> {
    const [row] = await this.database.rows<Accepted>(
      `select ${FIELDS}, request_hash as "requestHash" from run
       where team_id = $1 and app_id = $2 and idempotency_key = $3`,
      [teamId, appId, request.key],
    );
    if (!row) return undefined;
    const { requestHash, ...accepted } = row;
    checkSame(requestHash, request);
    return accepted;
  }

  async find(teamId: TeamId, runId: RunId): Promise<RunRecord | undefined> {
    const [row] = await this.database.rows<RunRecord>(`${SELECT} where team_id = $1 and id = $2`, [teamId, runId]);
    return row;
  }

  /** A page of runs, newest first: ids are UUIDv7, so they sort by time and are the cursor. */
  list(
    teamId: TeamId,
    filter: RunFilter,
    page: { readonly first: number; readonly after?: RunId },
  ): Promise<RunRecord[]> {
    const { createdFrom } = filter;
    return this.database.rows(
      `${SELECT} where team_id = $1 and ($2::uuid is null or app_id = $2) and ($3::uuid is null or conversation_id = $3)
         and ($4::text[] is null or status = any($4))
         and ($5::timestamptz is null or created_at >= $5) and ($6::timestamptz is null or created_at < $6)
         and ($7::text is null
           or strpos(lower(coalesce(system->>'query', '') || ' ' || inputs::text), lower($7)) > 0)
         and ($8::uuid is null or id < $8) and ($9::uuid is null or id >= $9)
       order by id desc limit $10`,
      [
        ...[teamId, filter.appId ?? null, filter.conversationId ?? null, filter.statuses ?? null],
        ...[createdFrom ?? null, filter.createdBefore ?? null, filter.text ?? null],
        // so that older ones are not even looked at; the clocks of who made the id and of the database may differ
        ...[page.after ?? null, createdFrom ? idBefore(new Date(createdFrom.getTime() - SKEW_MS)) : null, page.first],
      ],
    );
  }

  /**
   * Asks a run to stop, by the relay. Asking again changes nothing, nor does asking one that has ended.
   * @throws run.missing
   */
  async requestStop(teamId: TeamId, runId: RunId, reason: string): Promise<void> {
    await this.database.inTransaction(async (sql) => {
      const [run] = await sql.rows<{ finishedAt: Date | null }>(
        'select finished_at as "finishedAt" from run where team_id = $1 and id = $2 for update',
        [teamId, runId],
      );
      if (!run) throw runErrors.missing('There is no such run.');
      if (run.finishedAt) return;
      await sql.rows(
        `insert into run_command (id, team_id, run_id, type, reason) select $1, $2, $3, 'stop', $4
         where not exists (select 1 from run_command where run_id = $3 and type = 'stop' and delivered_at is null)`,
        [newId(), teamId, runId, reason],
      );
    });
    await this.ringRelay(RELAY_BELL.command);
  }

  /** Runs of a team that wait, and that are under way. */
  async countOpen(teamId: TeamId): Promise<{ readonly queued: number; readonly underWay: number }> {
    const [row] = await this.database.rows<{ queued: number; underWay: number }>(
      `select count(*) filter (where relayed_at is null)::int as queued,
         count(*) filter (where relayed_at is not null)::int as "underWay"
       from run where team_id = $1 and finished_at is null`,
      [teamId],
    );
    return row ?? { queued: 0, underWay: 0 };
  }

  private insert(run: NewRun): Promise<Accepted> {
    return run.newConversation
      ? this.database.inTransaction((sql) => acceptWithConversation(sql, run))
      : insertRun(this.database, run);
  }

  // A bell that cannot be rung costs the poll's interval, nothing else.
  private async ringRelay(payload: string): Promise<void> {
    await ring(this.database, CHANNELS.relay, payload).catch(() => undefined);
  }
}

interface Accepted extends RunRecord {
  readonly requestHash: string | null;
}

function isOfMissingApp(error: unknown): boolean {
  const { code, constraint } = error as { readonly code?: unknown; readonly constraint?: string };
  return code === '23503' && /^(run_app_id|run_conversation_id|conversation_app_id)_fkey$/.test(constraint ?? '');
}

function checkSame(requestHash: string | null, request: Idempotency | undefined): void {
  if (requestHash !== request?.requestHash)
    throw runErrors.keyReused('This idempotency key was used for another request; use a new key.');
}

async function insertRun(sql: Sql, run: NewRun): Promise<Accepted> {
  const inputs = storableJson(run.inputs);
  const keys = objectKeysIn(run.teamId, inputs);
  const [row] = await sql.rows<Accepted>(ACCEPT, [
    run.id,
    run.teamId,
    run.appId,
    run.versionId,
    run.planHash,
    run.conversationId,
    run.channel,
    run.createdBy,
    inputs,
    storableJson(run.system),
    run.idempotency?.key ?? null,
    run.idempotency?.requestHash ?? null,
    keys,
    run.requestId ?? null,
  ]);
  if (!row) throw new Error('an accepted run has no row');
  return row;
}

/** A request that was accepted before leaves no second conversation behind. */
async function acceptWithConversation(sql: Sql, run: NewRun): Promise<Accepted> {
  await sql.rows('insert into conversation (id, team_id, app_id, created_by, name) values ($1, $2, $3, $4, $5)', [
    run.conversationId,
    run.teamId,
    run.appId,
    run.createdBy,
    run.newConversation?.name ?? '',
  ]);
  const accepted = await insertRun(sql, run);
  if (accepted.id !== run.id) await sql.rows('delete from conversation where id = $1', [run.conversationId]);
  return accepted;
}

const FIELDS = `
id, app_id as "appId", version_id as "versionId", plan_hash as "planHash", conversation_id as "conversationId",
  channel, request_id as "requestId", status, reason, inputs, system, outputs, failure,
  coalesce(${usageOf('attempt.run_id = run.id')}, usage) as usage, exceptions, steps, last_seq as "lastSeq",
  created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt", relay_error as "relayError",
  relayed_at is not null as "isRelayed"`;

const ACCEPT = `
with accepted as (
  insert into run (id, team_id, app_id, version_id, plan_hash, conversation_id, channel, created_by, inputs, system,
    idempotency_key, request_hash, request_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9::json, $10::json, $11, $12, $14)
  on conflict (team_id, app_id, idempotency_key) where idempotency_key is not null do update
    set idempotency_key = excluded.idempotency_key
  returning *
), referenced as (
  insert into object_reference (run_id, key) select accepted.id, key from accepted, unnest($13::text[]) key
  where accepted.id = $1 on conflict do nothing
)
select ${FIELDS}, request_hash as "requestHash" from accepted run`;

const SELECT = `select ${FIELDS} from run`;
