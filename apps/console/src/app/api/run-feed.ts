import { inject, Injectable } from '@angular/core';
import { ApolloClient } from '@apollo/client';
import type { RunEvent } from '@tenon/engine';
import { print } from 'graphql';
import { createClient, type Client } from 'graphql-ws';
import { Observable } from 'rxjs';
import { pauseAfter } from './pause-after.js';
import { Problem } from './problem.js';
import { PATIENCE_MS, Reach } from './reach.js';
import {
  RunEventsDocument,
  type RunEventsQueryVariables,
  RunExistsDocument,
  RunFeedDocument,
  type RunFeedSubscription,
  type RunFeedSubscriptionVariables,
} from './run-feed.generated.js';

/** Of a run: recorded events once and in order, live text, and how the connection stands. */
export type FeedUpdate =
  | { readonly kind: 'events'; readonly events: readonly RunEvent[] }
  /** Live text of a step: what stands before `offset` stays, the text follows it. */
  | {
      readonly kind: 'text';
      readonly stepKey: string;
      readonly channel: string;
      readonly offset: number;
      readonly text: string;
    }
  /** The same of what may be shown of the answer. */
  | { readonly kind: 'reply'; readonly offset: number; readonly text: string; readonly isReasoning: boolean }
  | { readonly kind: 'lost' | 'back' };

type Received = RunFeedSubscription['runEvents'][number];

const PING_MS = 5_000;
/** Where there was no stream for so long, what is recorded is read again and again; in milliseconds. */
const UNREACHED_MS = 10_000;
const POLL_MS = 5_000;

/** Follows runs while they happen, over as many connections as it takes. */
@Injectable({ providedIn: 'root' })
export class RunFeed {
  private readonly apollo = inject(ApolloClient);
  private readonly reach = inject(Reach);
  private readonly socket: Client = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql`,
    retryAttempts: 0,
    keepAlive: PING_MS,
    on: {
      connecting: () => this.expectWord(),
      ping: (isReceived) => {
        if (!isReceived) this.expectWord();
      },
      message: () => clearTimeout(this.silence),
      closed: () => clearTimeout(this.silence),
    },
  });
  private silence: ReturnType<typeof setTimeout> | undefined;

  /**
   * Follows a run to its last event. While the API is away it is tried again without an end; where it lets nobody follow,
   * as behind a proxy that knows no sockets, its record is read again and again.
   * Errors: Problem `run.missing` when there is no such run.
   * @param afterSeq  number of the last event that is known; without it all are told
   */
  follow(runId: string, afterSeq = 0): Observable<FeedUpdate> {
    return new Observable((observer) => {
      const leaving = new AbortController();
      let seq = afterSeq;
      /** Since when there is no stream. */
      let lostMs: number | undefined;
      /** Tells what is new. True when that was the end. */
      const tell = (received: readonly Received[]): boolean => {
        for (const update of updatesOf(received, seq)) {
          observer.next(update);
          if (update.kind !== 'events') continue;
          seq = update.events.at(-1)?.seq ?? seq;
          if (update.events.at(-1)?.type === 'run.finished') return true;
        }
        return false;
      };
      const stream = async () => {
        for (let losses = 0; !leaving.signal.aborted; losses += 1) {
          for await (const received of this.connect({ runId, afterSeq: seq }, leaving.signal)) {
            if (losses > 0) observer.next({ kind: 'back' });
            losses = 0;
            lostMs = undefined;
            if (tell(received)) return;
          }
          if (leaving.signal.aborted) return;
          if (losses === 0) observer.next({ kind: 'lost' });
          lostMs ??= performance.now();
          await pauseAfter(losses);
          await this.throwIfMissing(runId);
          await this.reach.whenBack();
        }
      };
      const poll = async () => {
        const isUnreached = () => lostMs !== undefined && performance.now() - lostMs >= UNREACHED_MS;
        if (!isUnreached() || this.reach.isAway()) return;
        const received = await this.read({ id: runId, afterSeq: seq });
        if (isUnreached() && !leaving.signal.aborted && tell(received)) observer.complete();
      };
      const polling = setInterval(() => void poll(), POLL_MS);
      stream().then(
        () => observer.complete(),
        (error: unknown) => observer.error(error),
      );
      return () => {
        clearInterval(polling);
        leaving.abort();
      };
    });
  }

  /** What is recorded, where there is no stream; nothing where nobody answers. */
  private async read(variables: RunEventsQueryVariables): Promise<readonly Received[]> {
    const answer = await this.apollo
      .query({ query: RunEventsDocument, variables, fetchPolicy: 'no-cache' })
      .catch(() => undefined);
    return answer?.data?.run?.events ?? [];
  }

  /** One connection, until it ends for whatever reason. */
  private async *connect(
    variables: RunFeedSubscriptionVariables,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Received[]> {
    const stream = this.socket.iterate<RunFeedSubscription>({ query: FEED, variables: { ...variables } });
    const leave = () => void stream.return?.(undefined);
    signal.addEventListener('abort', leave, { once: true });
    try {
      for await (const { data } of stream) {
        if (signal.aborted || !data) return;
        yield data.runEvents;
      }
    } catch {
      // Closed sockets and refusals come here alike; whether the run is there is asked of the API itself.
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  }

  /** A browser does not notice that a connection is gone silently: it is left when nothing comes in time. */
  private expectWord(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.terminate(), PATIENCE_MS);
  }

  private async throwIfMissing(id: string): Promise<void> {
    const answer = await this.apollo
      .query({ query: RunExistsDocument, variables: { id }, fetchPolicy: 'network-only' })
      .catch(() => undefined);
    if (answer?.data && !answer.data.run) throw new Problem('', 'run.missing');
  }
}

const FEED = print(RunFeedDocument);

/** Events of one message together, so that a screen changes once; those that are known are left out. */
function* updatesOf(received: readonly Received[], seq: number): Generator<FeedUpdate> {
  const events: RunEvent[] = [];
  for (const update of received) {
    if (update.__typename === 'RunEventUpdate') {
      if (update.seq > seq) events.push(eventOf(update));
      continue;
    }
    // text belongs after the events that came before it
    if (events.length > 0) yield { kind: 'events', events: events.splice(0) };
    if (update.__typename === 'RunTextUpdate') {
      const { textStep, channel, offset, text } = update;
      yield { kind: 'text', stepKey: textStep, channel, offset, text };
    } else {
      yield { kind: 'reply', offset: update.offset, text: update.text, isReasoning: update.reasoning };
    }
  }
  if (events.length > 0) yield { kind: 'events', events };
}

function eventOf({ seq, at, type, eventStep, payload }: Extract<Received, { __typename: 'RunEventUpdate' }>): RunEvent {
  const facts = payload as object;
  return { ...facts, seq, at: Date.parse(at), type, ...(eventStep !== null && { stepKey: eventStep }) } as RunEvent;
}
