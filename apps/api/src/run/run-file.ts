import { isTenonError, isValueRef, type Json, type RunId, type TeamId } from '@tenon/base';
import {
  HistoryRepository,
  PlanRepository,
  type AttemptRecordRow,
  type Identity,
  type RunRecord,
  type StepRecord,
} from '@tenon/database';
import type { Outputs, Plan, RunEvent } from '@tenon/engine';
import type { ObjectStore } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { OBJECTS } from '../parts.js';
import { plain } from './plain.js';
import { RunService } from './run.service.js';
import { toRun } from './run.types.js';
import { toAttempt, toStep } from './step.types.js';

/** Read at once: steps with all their values, and bytes of events. */
const STEPS = 25;
const EVENT_BYTES = 256 * 1024;

type Piece = string | Uint8Array;

/**
 * Everything that is recorded of a run as one JSON text: `run`, `steps` with their `attempts`, `events`, and in `values`,
 * by their keys, the contents of large values, of which the others hold references.
 */
@Injectable()
export class RunFile {
  constructor(
    private readonly service: RunService,
    private readonly plans: PlanRepository,
    private readonly history: HistoryRepository,
    @Inject(OBJECTS) private readonly objects: ObjectStore,
  ) {}

  /** The text in pieces, each read when it is asked for. @throws run.missing */
  async read(member: Identity, runId: RunId): Promise<AsyncIterable<Piece>> {
    return this.write(member.teamId, await this.service.getRun(member, runId));
  }

  private async *write(teamId: TeamId, run: RunRecord): AsyncGenerator<Piece> {
    const keys = new Set<string>();
    const toText = (value: unknown) =>
      JSON.stringify(value, (_, part: Json) => {
        if (isValueRef(part)) keys.add(part.$ref.key);
        return part;
      });
    yield `{"run":${toText({ ...toRun(run), record: undefined })}`;
    yield* listed('steps', this.steps(teamId, run), toText);
    yield* listed('events', this.events(teamId, run.id), toText);
    yield* this.values(teamId, keys);
    yield '}\n';
  }

  private async *steps(teamId: TeamId, { id, planHash }: RunRecord): AsyncGenerator<object> {
    const plan = await this.plans.get(teamId, planHash);
    const planned = new Map(plan.steps.map((step) => [step.id, step]));
    const all = (await this.history.listStepsOf(teamId, [id], [])).map(({ stepKey }) => stepKey);
    for (let from = 0; from < all.length; from += STEPS) {
      const keys = all.slice(from, from + STEPS);
      const steps = await this.history.listStepsOf(teamId, [id], ['inputs', 'outputs'], keys);
      const attempts = await this.history.listAttemptsOf(teamId, [id], ['inputs', 'outputs', 'request', 'reply'], keys);
      for (const step of steps) {
        const own = attempts.filter(({ stepKey }) => stepKey === step.stepKey);
        yield { ...stepOf(step, planned), attempts: own.map(attemptOf) };
      }
    }
  }

  private async *events(teamId: TeamId, runId: RunId): AsyncGenerator<object> {
    for (let [seq, isFull] = [0, true]; isFull;) {
      const page = await this.history.readEvents(teamId, runId, seq, { pageBytes: EVENT_BYTES });
      yield* page.events.map(eventOf);
      isFull = page.isFull && page.events.length > 0;
      seq = page.events.at(-1)?.seq ?? seq;
    }
  }

  /** What only looks like a reference, and what is no longer there, is left out. */
  private async *values(teamId: TeamId, keys: Iterable<string>): AsyncGenerator<Piece> {
    let before = ',\n"values":{';
    for (const key of keys) {
      if (!key.startsWith(`values/${teamId}/`)) continue;
      const bytes = await this.find(key);
      if (!bytes) continue;
      yield `${before}\n${JSON.stringify(key)}:`;
      yield bytes;
      before = ',';
    }
    yield before === ',' ? '\n}' : `${before}}`;
  }

  private async find(key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.objects.get(key);
    } catch (error) {
      if (isTenonError(error) && error.kind === 'missing') return undefined;
      throw error;
    }
  }
}

async function* listed(
  name: string,
  items: AsyncIterable<object>,
  toText: (item: object) => string,
): AsyncGenerator<string> {
  let before = `,\n"${name}":[`;
  for await (const item of items) {
    yield `${before}\n${toText(item)}`;
    before = ',';
  }
  yield before === ',' ? '\n]' : `${before}]`;
}

function stepOf(row: StepRecord, planned: ReadonlyMap<string, Plan['steps'][number]>): object {
  const { place: _place, planHash: _planHash, ...step } = toStep(row, '');
  const named = planned.get(step.nodeId);
  return {
    ...step,
    ...(named && { type: named.type, title: named.title }),
    inputs: plain(row.inputs as Outputs | null),
    outputs: plain(row.outputs),
  };
}

function attemptOf(row: AttemptRecordRow): object {
  const { place: _place, isRecovering: _isRecovering, ...attempt } = toAttempt(row);
  const { request, reply } = row;
  return { ...attempt, inputs: plain(row.inputs as Outputs | null), outputs: plain(row.outputs), request, reply };
}

function eventOf({ seq, at, type, ...facts }: RunEvent): object {
  return { seq, at: new Date(at), type, ...(plain(facts as never) as object) };
}
