import type { TeamId } from '@tenon/base';
import type { Plan } from '@tenon/engine';
import type { Sql } from '../database.js';
import { storableJsonText } from '../storable.js';

/** What accepting a run needs of its plan. */
export type PlanForm = Pick<Plan, 'mode' | 'inputs'>;

/** Plans that a process keeps in memory: so many, of at most so many characters of JSON text. */
const KEPT_PLANS = { count: 100, characters: 512 * 1024 };
/** Of so many larger ones it keeps the start forms, and the plans themselves while others hold them. */
const KEPT_LARGE = 300;

interface StoredPlan {
  readonly hash: string;
  readonly document: Plan;
  /** Of its JSON text. */
  readonly characters: number;
}

/** Plans by their hashes: they never change, so what was read once holds. The team is the first argument of every method. */
export class PlanRepository {
  // the least recently used first
  private readonly plans = new Map<string, Plan>();
  private readonly large = new Map<string, WeakRef<Plan>>();
  private readonly forms = new Map<string, PlanForm>();

  constructor(private readonly sql: Sql) {}

  /** Stores a plan, given as JSON text, if it is new. */
  async store(teamId: TeamId, hash: string, plan: string): Promise<void> {
    await storePlan(this.sql, teamId, hash, plan);
    if (plan.length <= KEPT_PLANS.characters)
      this.keep(nameOf(teamId, hash), JSON.parse(storableJsonText(plan)) as Plan, plan.length);
  }

  async get(teamId: TeamId, hash: string): Promise<Plan> {
    return (await this.getMany(teamId, [hash])).get(hash) as Plan;
  }

  async getMany(teamId: TeamId, hashes: readonly string[]): Promise<ReadonlyMap<string, Plan>> {
    const plans = new Map<string, Plan>();
    const unknown: string[] = [];
    for (const hash of new Set(hashes)) {
      const name = nameOf(teamId, hash);
      const kept = this.plans.get(name);
      if (kept) keepLast(this.plans, name, kept, KEPT_PLANS.count);
      const plan = kept ?? this.large.get(name)?.deref();
      if (plan) plans.set(hash, plan);
      else unknown.push(hash);
    }
    const read = unknown.length > 0 ? await this.read(teamId, unknown) : [];
    for (const { hash, document, characters } of read) {
      plans.set(hash, document);
      this.keep(nameOf(teamId, hash), document, characters);
    }
    return plans;
  }

  /** The start form of a plan; its steps, of which there may be thousands, stay where they are. */
  async getForm(teamId: TeamId, hash: string): Promise<PlanForm> {
    const name = nameOf(teamId, hash);
    const plan = this.plans.get(name);
    if (plan) keepLast(this.plans, name, plan, KEPT_PLANS.count);
    const form = plan ?? this.forms.get(name) ?? (await this.readForm(teamId, hash));
    if (!plan) keepLast(this.forms, name, form, KEPT_LARGE);
    return form;
  }

  private keep(name: string, plan: Plan, characters: number): void {
    const { mode, inputs } = plan;
    if (characters <= KEPT_PLANS.characters) return keepLast(this.plans, name, plan, KEPT_PLANS.count);
    // whoever follows a run holds its plan, and a hundred copies of one would be too much
    keepLast(this.large, name, new WeakRef(plan), KEPT_LARGE);
    keepLast(this.forms, name, { mode, inputs }, KEPT_LARGE);
  }

  private async read(teamId: TeamId, hashes: readonly string[]): Promise<StoredPlan[]> {
    const rows = await this.sql.rows<StoredPlan>(
      `select hash, document, length(document::text) as characters
       from plan where team_id = $1 and hash = any($2::text[])`,
      [teamId, hashes],
    );
    if (rows.length < hashes.length) throw new Error(`of the plans ${hashes.join(', ')} not all are stored`);
    return rows;
  }

  private async readForm(teamId: TeamId, hash: string): Promise<PlanForm> {
    const [form] = await this.sql.rows<PlanForm>(
      `select document ->> 'mode' as mode, document -> 'inputs' as inputs from plan where team_id = $1 and hash = $2`,
      [teamId, hash],
    );
    if (!form) throw new Error(`plan ${hash} is not stored`);
    return form;
  }
}

/** SQL: a plan that nothing names yet is not removed soon, see `removeUnusedPlans`. */
export const PLAN_STAYS = `plan.created_at > now() - interval '12 hours'`;

/**
 * Stores a plan, given as JSON text, if it is new. One that was stored long ago counts as new again, so that it stays for
 * the run or version that it is stored for: see `removeUnusedPlans`.
 */
export async function storePlan(sql: Sql, teamId: TeamId, hash: string, plan: string): Promise<void> {
  await sql.rows(
    `insert into plan (team_id, hash, document) values ($1, $2, $3::json)
     on conflict (team_id, hash) do update set created_at = now() where plan.created_at < now() - interval '1 hour'`,
    [teamId, hash, storableJsonText(plan)],
  );
}

function nameOf(teamId: TeamId, hash: string): string {
  return `${teamId} ${hash}`;
}

/** Puts a value last, and the first out when there are more than `count`. */
function keepLast<Value>(kept: Map<string, Value>, name: string, value: Value, count: number): void {
  kept.delete(name);
  kept.set(name, value);
  if (kept.size > count) kept.delete(kept.keys().next().value as string);
}
