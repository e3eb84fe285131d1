import { createClient } from 'graphql-ws';
import type { Frame, SeenStream } from '../checker/recording.js';
import { untilThere, type Door } from './api.js';

const FOLLOW = `subscription ($runId: ID!, $afterSeq: Int!) {
  runEvents(runId: $runId, afterSeq: $afterSeq) {
    ... on RunEventUpdate { seq type stepKey }
    ... on RunReplyUpdate { offset text reasoning }
  }
}`;

type Update =
  | { readonly seq: number; readonly type: string; readonly stepKey: string | null }
  | { readonly offset: number; readonly text: string; readonly reasoning: boolean }
  | Record<string, never>;

/** Follows one run to its end as a page does: a connection that is lost is made again, after the last event seen. */
export class Follower implements SeenStream {
  readonly frames: Frame[] = [];
  readonly runId: string;
  /** Fulfils when the stream has ended, or when it is given up. */
  readonly ended: Promise<void>;
  completed = false;
  connections = 0;
  private readonly door: Door;
  private readonly onFrame: (frame: Frame) => void;
  private isGivenUp = false;
  private drop: () => void = () => undefined;

  constructor(door: Door, runId: string, onFrame: (frame: Frame) => void = () => undefined) {
    this.door = door;
    this.runId = runId;
    this.onFrame = onFrame;
    this.ended = this.follow();
  }

  /** Ends what does not end by itself. */
  giveUp(): void {
    this.isGivenUp = true;
    this.drop();
  }

  get lastSeq(): number {
    const last = this.frames.findLast((frame) => frame.kind === 'event');
    return last?.kind === 'event' ? last.seq : 0;
  }

  private get hasFinished(): boolean {
    return this.frames.some((frame) => frame.kind === 'event' && frame.type === 'run.finished');
  }

  private async follow(): Promise<void> {
    while (!this.completed && !this.isGivenUp) {
      this.connections += 1;
      // after the end there is nothing to come; what was lost is the word that there is not
      const isEndSeen = this.hasFinished;
      const isOver = await this.connect(this.connections);
      this.completed = isOver && (isEndSeen || this.hasFinished);
      if (!this.completed) await untilThere(this.door);
    }
  }

  /** One connection. @returns whether the API said that it is complete */
  private async connect(connection: number): Promise<boolean> {
    const client = createClient({
      url: `${this.door.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.door.token}` },
      retryAttempts: 0,
    });
    this.drop = () => void client.dispose();
    try {
      const variables = { runId: this.runId, afterSeq: this.lastSeq };
      for await (const { data } of client.iterate<{ runEvents: Update[] }>({ query: FOLLOW, variables })) {
        if (!data) return false;
        for (const update of data.runEvents) this.take(update, connection);
      }
      return !this.isGivenUp;
    } catch {
      return false; // the connection was lost, or the API cannot answer now
    } finally {
      await Promise.resolve(client.dispose()).catch(() => undefined);
    }
  }

  private take(update: Update, connection: number): void {
    const at = Date.now();
    if ('seq' in update) {
      const { seq, type, stepKey } = update as Extract<Update, { type: string }>;
      this.push({ kind: 'event', connection, at, seq, type, ...(stepKey !== null && { stepKey }) });
    } else if ('offset' in update && !update['reasoning']) {
      const { offset, text } = update as Extract<Update, { text: string }>;
      this.push({ kind: 'reply', connection, at, offset, text });
    }
  }

  private push(frame: Frame): void {
    this.frames.push(frame);
    this.onFrame(frame);
  }
}
