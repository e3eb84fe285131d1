import type { TeamId } from '@tenon/base';
import type { Plan } from '@tenon/engine';
import type { Sql } from '../database.js';
import { storableJsonText } from '../storable.js';

/** What accepting a run needs of its plan. */
export type PlanForm = Pick<Plan, 'mode' | 'inputs'>;

/** Plans that a process keeps in memory: so many, of at most so many steps. */
const KEPT_PLANS = { count: 100, steps: 300 };
/** Start forms that a process keeps of larger ones. */
const KEPT_FORMS = 300;

/** Plans by their hashes: they never change, so what was read once holds. The team is the first argument of every method. */
export class PlanRepository {
  // the least recently used first
  private readonly plans = new Map<string, Plan>();
  private readonly forms = new Map<string, PlanForm>();

  constructor(private readonly sql: Sql) {}

  /** Stores a plan, given as JSON text, if it is new. */
  async store(teamId: TeamId, hash: string, plan: string): Promise<void> {
    await storePlan(this.sql, teamId, hash, plan);
    this.keep(nameOf(teamId, hash), JSON.parse(storableJsonText(plan)) as Plan);
  }

  async get(teamId: TeamId, hash: string): Promise<Plan> {
    return (await this.getMany(teamId, [hash])).get(hash) as Plan;
  }

  async getMany(teamId: TeamId, hashes: readonly string[]): Promise<ReadonlyMap<string, Plan>> {
    const plans = new Map<string, Plan>();
    const unknown: string[] = [];
    for (const hash of new Set(hashes)) {
      const kept = this.plans.get(nameOf(teamId, hash));
      if (kept) plans.set(hash, kept);
      else unknown.push(hash);
    }
    if (unknown.length > 0)
      for (const { hash, document } of await this.read(teamId, unknown)) plans.set(hash, document);
    for (const [hash, plan] of plans) this.keep(nameOf(teamId, hash), plan);
    return plans;
  }

  /** The start form of a plan; its steps, of which there may be thousands, stay where they are. */
  async getForm(teamId: TeamId, hash: string): Promise<PlanForm> {
    const name = nameOf(teamId, hash);
    const plan = this.plans.get(name);
    if (plan) this.keep(name, plan);
    const form = plan ?? this.forms.get(name) ?? (await this.readForm(teamId, hash));
    if (!plan) keepLast(this.forms, name, form, KEPT_FORMS);
    return form;
  }

  private keep(name: string, plan: Plan): void {
    const { mode, inputs, steps } = plan;
    if (steps.length <= KEPT_PLANS.steps) keepLast(this.plans, name, plan, KEPT_PLANS.count);
    else keepLast(this.forms, name, { mode, inputs }, KEPT_FORMS);
  }

  private async read(teamId: TeamId, hashes: readonly string[]): Promise<{ hash: string; document: Plan }[]> {
    const rows = await this.sql.rows<{ hash: string; document: Plan }>(
      'select hash, document from plan where team_id = $1 and hash = any($2::text[])',
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

/** Stores a plan, given as JSON text, if it is new. */
export async function storePlan(sql: Sql, teamId: TeamId, hash: string, plan: string): Promise<void> {
  await sql.rows('insert into plan (team_id, hash, document) values ($1, $2, $3::json) on conflict do nothing', [
    teamId,
    hash,
    storableJsonText(plan),
  ]);
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
