import type { ScriptedRule } from '@tenon/ports/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AcceptedRun, EndState, Frame, Recording, SeenCall, Stop } from '../checker/recording.js';
import type { Stack } from '../stack/stack.js';
import { list, readEnd, start, stop, type Door, type StartInput } from '../watch/api.js';
import { Follower } from '../watch/follower.js';
import { Sweep } from '../watch/sweep.js';
import type { AppName, Order } from './load.js';

/** A run may take this long after everything is in order again, in milliseconds. */
const PATIENCE_MS = 120_000;
const SWEEP_MS = 2_000;
/** Longer than a call may go on after its run was stopped, whatever happened meanwhile. */
const SETTLED_MS = 40_000;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Run = Omit<AcceptedRun, 'end'>;

/** One load from its first request to the recording of all that was seen of it. */
export class Session {
  readonly stack: Stack;
  readonly channel: string;
  readonly runs: Run[] = [];
  readonly followers: Follower[] = [];
  private readonly apps: Readonly<Record<string, string>>;
  private readonly sweep: Sweep;
  private readonly stops: Stop[] = [];
  private stopping: Promise<void> = Promise.resolve();
  private isFinishing = false;
  private readonly watchers = new Set<() => void>();

  private constructor(stack: Stack, apps: Readonly<Record<string, string>>, channel: string) {
    [this.stack, this.apps, this.channel] = [stack, apps, channel];
    this.sweep = new Sweep(stack.backDoor, channel, SWEEP_MS);
  }

  /** Begins with servers that have seen nothing and answer by `rules`. */
  static async open(
    stack: Stack,
    apps: Readonly<Record<string, string>>,
    rules: readonly ScriptedRule[],
  ): Promise<Session> {
    await stack.model.resume();
    await stack.model.setRules(rules);
    await stack.model.resetCalls();
    stack.effects.fail(0);
    stack.effects.slow(0);
    stack.effects.reset();
    stack.log.reset();
    return new Session(stack, apps, `load-${randomUUID().slice(0, 18)}`);
  }

  /**
   * Asks for runs, all at once, until each is accepted, and follows them. One of them may be to be stopped.
   * @returns their ids
   */
  accept(orders: readonly Order[], options: { readonly followers?: number; readonly door?: Door } = {}) {
    return Promise.all(orders.map((order) => this.acceptOne(order, options)));
  }

  /** Follows a run that was accepted in another way. */
  take(id: string, order: Order, followers = 1): void {
    this.runs.push({ id, name: order.name, acceptedAt: Date.now(), expected: order.expected });
    for (let index = 0; index < followers; index += 1)
      this.followers.push(new Follower(this.stack.door, id, () => this.notify()));
    this.notify();
  }

  /** What the API is asked for an order; the same each time that it is asked. */
  inputOf(order: Order): StartInput {
    const idempotencyKey = `${this.channel}/${order.name}`;
    return { appId: this.apps[order.app as AppName], channel: this.channel, idempotencyKey, ...order.input };
  }

  /** Stops a run; what comes of it counts from the acknowledgement. */
  async stop(runId: string): Promise<void> {
    await stop(this.stack.door, runId, Date.now() + PATIENCE_MS);
    this.stops.push({ runId, acknowledgedAt: Date.now() });
  }

  /** Fulfils when followers have seen enough. @throws Error after `limitMs` */
  async seen(isEnough: () => boolean, what: string, limitMs = 60_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!isEnough()) {
      if (Date.now() > deadline) throw new Error(`Not seen within ${limitMs} ms: ${what}.`);
      await new Promise<void>((resolve) => {
        const go = () => {
          clearTimeout(timer);
          this.watchers.delete(go);
          resolve();
        };
        const timer = setTimeout(go, 250);
        this.watchers.add(go);
      });
    }
  }

  /** Asks again and again until it is so. @throws Error after `limitMs` */
  async until(isSo: () => Promise<boolean>, what: string, limitMs = 60_000): Promise<void> {
    for (const deadline = Date.now() + limitMs; !(await isSo()); await delay(50))
      if (Date.now() > deadline) throw new Error(`Not seen within ${limitMs} ms: ${what}.`);
  }

  /** A run as the product shows it now. */
  read(runId: string): Promise<EndState | undefined> {
    return readEnd(this.stack.backDoor, runId, Date.now() + PATIENCE_MS);
  }

  /** All events that were seen so far, of the first follower of each run. */
  events(type: string): Extract<Frame, { kind: 'event' }>[] {
    const firsts = this.runs.flatMap(({ id }) => this.followers.find(({ runId }) => runId === id) ?? []);
    return firsts
      .flatMap(({ frames }) => frames.filter((frame) => frame.kind === 'event'))
      .filter((frame) => frame.type === type);
  }

  /** Waits for the end of all runs, letting go whatever is on hold, and gives all that was seen. */
  async finish(): Promise<Recording> {
    const { stack, followers } = this;
    this.isFinishing = true;
    const ended = Promise.all(followers.map((follower) => follower.ended)).then(() => true);
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await Promise.race([ended, delay(100).then(() => false)]))) {
      await stack.model.release();
      if (Date.now() > deadline) for (const follower of followers) follower.giveUp();
    }
    await this.stopping;
    await this.settle();
    const ends = await Promise.all(this.runs.map(({ id }) => readEnd(stack.backDoor, id, Date.now() + 30_000)));
    const listed = await list(stack.backDoor, this.channel);
    await this.sweep.close();
    return {
      runs: this.runs.map((run, index) => ({ ...run, ...withEnd(ends[index]) })),
      listedIds: listed.map(({ runId }) => runId),
      streams: followers,
      calls: await this.calls(),
      samples: [...this.sweep.samples, ...listed],
      faults: stack.log.faults,
      owners: stack.log.owners,
      stops: this.stops,
    };
  }

  /** Calls may be broken off a little after the end of their runs. */
  private async settle(): Promise<void> {
    const isSettled = async () => (await this.calls()).every(({ endedAt }) => endedAt !== undefined);
    for (const deadline = Date.now() + SETTLED_MS; !(await isSettled()) && Date.now() < deadline;) await delay(100);
  }

  /** All calls that both servers have seen since the load began, but those of runs of an earlier one. */
  async calls(): Promise<SeenCall[]> {
    const own = new Set(this.runs.map(({ id }) => id));
    const isEarlier = (runId: string) => RUN_ID.test(runId) && !own.has(runId);
    const modelCalls = await this.stack.model.calls();
    const calls = [
      ...modelCalls.map(({ idempotencyKey = 'none', receivedAt, state, endedAt }) => ({
        ...{ key: idempotencyKey, server: 'model' as const, at: receivedAt, state },
        ...(endedAt !== undefined && { endedAt }),
      })),
      ...this.stack.effects.calls(),
    ];
    return calls.filter(({ key }) => !isEarlier(key.split('/')[0] ?? ''));
  }

  private async acceptOne(order: Order, { followers = 1, door = this.stack.door }): Promise<string> {
    const id = await start(door, this.inputOf(order), Date.now() + PATIENCE_MS);
    this.take(id, order, followers);
    if (order.stopAfterMs !== undefined) {
      this.stopping = this.stopAtFault(id, order.stopAfterMs);
      this.stopping.catch(() => undefined); // told when the load is finished
    }
    return id;
  }

  /** Stops a run so long after a fault has begun, or the load is to be finished, and a call of the run is open. */
  private async stopAtFault(runId: string, afterMs: number): Promise<void> {
    while (!this.isFinishing && this.stack.log.faults.length === 0) await delay(10);
    const isCalling = async () => (await this.calls()).some(({ key }) => key.startsWith(`${runId}/`));
    await this.until(isCalling, 'a call of the run that is stopped', PATIENCE_MS);
    await delay(afterMs);
    await this.stop(runId);
  }

  private notify(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

function withEnd(end: EndState | undefined): { readonly end?: EndState } {
  return end ? { end } : {};
}
