import {
  INLINE_PLAN_LIMIT_BYTES,
  STOP_SIGNAL,
  TASK_QUEUE,
  workflowId,
  workflowType,
  WORKFLOW_TASK_TIMEOUT,
  type RunInput,
} from '@tenon/contract';
import { jsonSizeBytes, type Json, type RunId } from '@tenon/base';
import {
  CHANNELS,
  RELAY_BELL,
  claimCommands,
  claimQueuedRuns,
  endQueuedRun,
  markDelivered,
  markRelayed,
  readTime,
  releaseCommand,
  releaseRun,
  ring,
  type Database,
  type Listener,
  type QueuedRun,
  type RunCommand,
} from '@tenon/database';
import type { RunLimits } from '@tenon/engine';
import type { Logger } from '@tenon/ports';
import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { endRun } from './end-run.js';

const POLL_MS = 2_000;
const CLAIM_SIZE = 20;
/**
 * How long the note that a run was started may wait, in milliseconds: runs that have told something by then need none.
 * Shorter than a claim, so that nobody else starts them.
 */
const NOTE_DELAY_MS = 250;
/** When a command is delivered whose run is being started by somebody else, in milliseconds. */
const AGAIN_MS = 100;
/** A start or signal that takes longer is given back, in milliseconds. */
const CALL_LIMIT_MS = 5_000;

export interface RelayParts {
  readonly database: Database;
  readonly listener: Listener;
  /** On the worker's own connection, so that a start is eager. */
  readonly client: Client;
  readonly logger: Logger;
  readonly limits: Omit<RunLimits, 'boundsWaits'>;
  readonly maxRunsPerTeam: number;
}

/**
 * Carries what the API accepted to Temporal: queued runs are started, commands delivered. Rows are the outbox, so
 * nothing is lost while either side is away; every call is idempotent, so doing it twice is harmless.
 */
export class Relay {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private readonly due = { runs: false, commands: false };
  private isIdle = true;
  private isClosed = false;
  /** Started, and not noted yet. */
  private started: RunId[] = [];
  private noteTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: RelayParts) {}

  /** Listens for bells and polls behind them. */
  start(): void {
    this.parts.listener.on(CHANNELS.relay, (bell) => this.wake(bell));
    this.wake();
  }

  /** Takes nothing new and waits for what is under way. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.current;
    await this.note();
  }

  /** Looks for work now, of all kinds unless the bell names one; a look that is under way is followed by another. */
  wake(bell = ''): void {
    if (bell !== RELAY_BELL.command) this.due.runs = true;
    if (bell !== RELAY_BELL.run) this.due.commands = true;
    if (!this.isIdle || this.isClosed) return;
    this.isIdle = false;
    clearTimeout(this.timer);
    this.current = this.look();
  }

  private async look(): Promise<void> {
    while ((this.due.runs || this.due.commands) && !this.isClosed) {
      const { runs, commands } = this.due;
      this.due.runs = this.due.commands = false;
      try {
        // a full claim may have left some
        if (runs && (await this.startRuns()) === CLAIM_SIZE) this.due.runs = true;
        if (commands && (await this.deliverCommands()) === CLAIM_SIZE) this.due.commands = true;
      } catch (error) {
        this.parts.logger.warn({ error: String(error) }, 'the relay could not look for work');
      }
    }
    this.isIdle = true;
    if (!this.isClosed) this.timer = setTimeout(() => this.wake(), POLL_MS);
  }

  /** @returns how many were claimed */
  private async startRuns(): Promise<number> {
    const runs = await claimQueuedRuns(this.parts.database, CLAIM_SIZE, this.parts.maxRunsPerTeam);
    const started = await Promise.all(runs.map((run) => this.startRun(run)));
    this.started.push(...runs.filter((_, index) => started[index]).map(({ id }) => id));
    if (this.started.length > 0) this.noteTimer ??= setTimeout(() => void this.note(), NOTE_DELAY_MS);
    return runs.length;
  }

  private async note(): Promise<void> {
    clearTimeout(this.noteTimer);
    this.noteTimer = undefined;
    const ids = this.started.splice(0);
    if (ids.length === 0) return;
    try {
      await markRelayed(this.parts.database, ids);
    } catch (error) {
      // the claims run out, and starting them again finds them started
      this.parts.logger.warn({ error: String(error) }, 'the relay could not note what it started');
    }
  }

  private async startRun(run: QueuedRun): Promise<boolean> {
    const { client, logger, database } = this.parts;
    try {
      await client.withDeadline(Date.now() + CALL_LIMIT_MS, () =>
        client.workflow.start(workflowType(run.appId), {
          workflowId: workflowId(run.id),
          taskQueue: TASK_QUEUE,
          args: [this.inputOf(run)],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          requestEagerStart: true,
        }),
      );
      logger.debug({ runId: run.id, requestId: run.requestId }, 'a run was started');
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return true;
      if (isRefusal(error)) {
        logger.error({ runId: run.id, error: String(error) }, 'the workflow server refuses a run');
        await endRun(database, run.id, { status: 'failed', failure: REFUSED });
        return true;
      }
      logger.warn({ runId: run.id, error: String(error) }, 'a run could not be started, it stays queued');
      await releaseRun(database, run.id, 'The workflow server does not answer; the run starts when it is back.');
      return false;
    }
  }

  private inputOf(run: QueuedRun): RunInput {
    const isSmall = jsonSizeBytes(run.plan as unknown as Json) <= INLINE_PLAN_LIMIT_BYTES;
    return {
      run: {
        runId: run.id,
        teamId: run.teamId,
        conversationId: run.conversationId,
        ...(run.requestId && { requestId: run.requestId }),
      },
      planHash: run.planHash,
      ...(isSmall && { plan: run.plan }),
      start: {
        inputs: run.inputs,
        system: run.system,
        conversation: {},
        limits: { ...this.parts.limits, boundsWaits: true },
      },
    };
  }

  /** @returns how many were claimed */
  private async deliverCommands(): Promise<number> {
    const commands = await claimCommands(this.parts.database, CLAIM_SIZE);
    await Promise.all(commands.map((command) => this.deliver(command)));
    return commands.length;
  }

  /**
   * A run that waits is shown as stopped at once; its workflow is told all the same, unless there can be none, because
   * the note that it was started may have been lost. A run that is being started is ended by its workflow, so that
   * nobody else writes its events. While there is none yet and may be one at any moment, the command
   * is tried again and again.
   */
  private async deliver(command: RunCommand): Promise<void> {
    const { database } = this.parts;
    const { runId, reason } = command;
    const stopped = await endQueuedRun(database, runId, reason, await readTime(database));
    if (stopped.hasEnded) await ring(database, CHANNELS.run, runId);
    const isTold = !stopped.wasClaimed || (await this.tell(command, stopped.isStarting));
    if (isTold) return markDelivered(database, command.id);
    if (!stopped.isStarting) return;
    await releaseCommand(database, command.id);
    setTimeout(() => this.wake(RELAY_BELL.command), AGAIN_MS);
  }

  /** @returns whether the workflow has heard of it, or never will */
  private async tell({ runId, reason }: RunCommand, isStarting: boolean): Promise<boolean> {
    const { client, logger } = this.parts;
    try {
      await client.withDeadline(Date.now() + CALL_LIMIT_MS, () =>
        client.workflow.getHandle(workflowId(runId)).signal(STOP_SIGNAL, reason),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) {
        if (isStarting) return false;
        // there is no workflow: a run that has not ended is one that the server has lost
        await endRun(this.parts.database, runId, { status: 'stopped', reason });
        return true;
      }
      logger.warn({ runId, error: String(error) }, 'a command could not be delivered yet');
      return false;
    }
  }
}

const REFUSED = {
  code: 'run.refused',
  type: 'RunRefusedError',
  message: 'The workflow server refuses to start the run: what it is started with is too large or cannot be read.',
};

/** Will the same start never be taken? Everything else may be an outage. */
function isRefusal(error: unknown): boolean {
  const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: unknown };
  return code === GRPC_INVALID_ARGUMENT;
}
const GRPC_INVALID_ARGUMENT = 3;
