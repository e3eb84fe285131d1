import { jsonSizeBytes, type Json } from '@tenon/base';
import type { PerformCall, PerformReply, RunInput } from '@tenon/contract';
import type { Message, StepResult } from '@tenon/engine';
import { condition, workflowInfo } from '@temporalio/workflow';
import type { Waiting } from './carry-over.js';
import { EVENTS_OF, type HistoryBudget } from './history-budget.js';
import { refusalOfSize, TaskLimits } from './limits.js';
import type { Recorder } from './recorder.js';
import { local, longActivity, now } from './runtime.js';

/** A short step is tried for this long as a local activity before it becomes a long one, in milliseconds. */
const LOCAL_LIMIT_MS = 3_000;
/** Bytes that the reply of a local activity may have: those of one task travel to the server in one message. */
const LOCAL_REPLY_BYTES = 16 * 1024;
/** Activities that may be open at once: when all answer as much as they may, the history still has room for it. */
const MAX_OPEN_CALLS = 400;
/** What a pure function may take when it is too big or too slow for the sandbox, in milliseconds. */
const PURE_LIMIT_MS = 30_000;

interface Means {
  readonly recorder: Recorder;
  readonly budget: HistoryBudget;
  readonly sleep: (delayMs: number) => Promise<void>;
}

/** Performs steps of one run by activities, which take events along, as far as the server and the history have room. */
export class OutsideCalls {
  /** What is left to the next history. */
  readonly kept: Waiting[] = [];
  private readonly recorder: Recorder;
  private readonly budget: HistoryBudget;
  private readonly limits: TaskLimits;
  private open = 0;

  constructor(
    private readonly input: RunInput,
    { recorder, budget, sleep }: Means,
  ) {
    this.recorder = recorder;
    this.budget = budget;
    this.limits = new TaskLimits({
      task: () => workflowInfo().historyLength,
      nextTask: () => sleep(1),
      isOver: () => budget.isSpent,
    });
  }

  /** Undefined when it is left to the next history. */
  async perform(effect: Waiting): Promise<Message | undefined> {
    const { key, instruction, inputs } = effect;
    const refusal = refusalOfSize(jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config));
    const result = refusal ?? (await this.callPerformStep(effect));
    return result && { type: 'step.finished', at: now(), key, result };
  }

  private async callPerformStep(effect: Waiting): Promise<StepResult | undefined> {
    const { instruction, wasTooLong } = effect;
    const hasRoom = () => this.open < MAX_OPEN_CALLS || this.budget.isSpent;
    while (!hasRoom()) await condition(hasRoom);
    this.open += 1;
    try {
      const isLong = instruction.kind === 'activity' && instruction.weight === 'long';
      return await (isLong || wasTooLong ? this.callLong(effect) : this.callLocal(effect));
    } finally {
      this.open -= 1;
    }
  }

  private async callLocal(effect: Waiting): Promise<StepResult | undefined> {
    const turn = this.limits.admit(LOCAL_REPLY_BYTES);
    if (turn) await turn;
    if (this.budget.isSpent) return void this.kept.push(effect);
    const batch = this.recorder.take();
    this.budget.spend(EVENTS_OF.localCall);
    const limits = { localLimitMs: LOCAL_LIMIT_MS, localReplyBytes: LOCAL_REPLY_BYTES };
    const reply = await local.performStep({ ...this.callOf(effect), ...limits, events: batch.events });
    this.recorder.acknowledge(batch);
    return reply.isTooLong ? this.callLong({ ...effect, wasTooLong: true }) : this.resultOf(reply);
  }

  private async callLong(effect: Waiting): Promise<StepResult | undefined> {
    const { instruction, inputs, key } = effect;
    const bytes = jsonSizeBytes(inputs) + jsonSizeBytes(instruction.config);
    const turn = this.limits.admit(bytes);
    if (turn) await turn;
    if (this.budget.isSpent) return void this.kept.push(effect);
    const batch = this.recorder.take();
    this.budget.spend(EVENTS_OF.call, bytes + batch.sizeBytes);
    const limitMs = instruction.kind === 'activity' ? instruction.timeoutMs : PURE_LIMIT_MS;
    const reply = await longActivity(key, limitMs).performStep({ ...this.callOf(effect), events: batch.events });
    this.recorder.acknowledge(batch);
    if (reply.isTooLong) throw new Error('a long activity answered that it is too long');
    return this.resultOf(reply);
  }

  private callOf({ key, stepKey, attempt, instruction, inputs }: Waiting): Omit<PerformCall, 'events'> {
    return { run: this.input.run, key, stepKey, attempt, instruction, inputs };
  }

  private resultOf({ result }: Extract<PerformReply, { isTooLong: false }>): StepResult {
    this.budget.spend(0, jsonSizeBytes(result as unknown as Json));
    return result;
  }
}
