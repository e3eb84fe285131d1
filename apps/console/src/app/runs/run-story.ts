import { computed, inject, Injectable, signal, type OnDestroy, type Signal } from '@angular/core';
import { foldRunView, stepsIn, type RunEvent, type RunView, type StepView } from '@tenon/engine';
import { ApolloClient } from '@apollo/client';
import { Subject, type Subscription } from 'rxjs';
import { problemOf, type Problem } from '../api/problem.js';
import { RunFeed, type FeedUpdate } from '../api/run-feed.js';
import { RunPulseDocument, type RunPulseQuery } from './run-pulse.generated.js';

/** What no event tells: whether somebody is at work, and what a run waits for. */
export type Pulse = NonNullable<RunPulseQuery['run']>;

const PULSE_MS = 1_000;
/** Between two pictures at least, however much comes, in milliseconds. */
const PICTURE_MS = 100;
/** A connection that is away for less than this is not worth a word, in milliseconds. */
const STALE_MS = 5_000;

/** What a screen shows of one run while it happens; a screen has one of its own. */
@Injectable()
export class RunStory implements OnDestroy {
  private readonly feed = inject(RunFeed);
  private readonly client = inject(ApolloClient);
  private following: Subscription | undefined;
  private waiting: FeedUpdate[] = [];
  private picture: ReturnType<typeof setTimeout> | undefined;
  private frame = 0;
  private shownAt = -Infinity;
  private losing: ReturnType<typeof setTimeout> | undefined;
  private looking: ReturnType<typeof setInterval> | undefined;

  private readonly run = signal<RunView | undefined>(undefined);
  private readonly texts = signal<ReadonlyMap<string, string>>(new Map());
  private readonly reply = signal('');
  private readonly lost = signal(false);
  private readonly beat = signal<Pulse | undefined>(undefined);
  private readonly trouble = signal<Problem | undefined>(undefined);

  /** What it did, as far as it was followed from its beginning. */
  readonly view: Signal<RunView | undefined> = this.run;
  /** Events, together as they are shown. */
  readonly events = new Subject<readonly RunEvent[]>();
  readonly steps = computed<readonly StepView[]>(() => {
    const view = this.run();
    return view ? stepsIn(view) : [];
  });
  /** What may be shown of the answer now. */
  readonly answer: Signal<string> = this.reply;
  /** Text of each step that is being written, by its key. */
  readonly live: Signal<ReadonlyMap<string, string>> = this.texts;
  /** The connection is away for a while; what is shown stays and goes on later. */
  readonly isLost: Signal<boolean> = this.lost;
  readonly problem: Signal<Problem | undefined> = this.trouble;
  /** How it stood a second ago at most, while it is under way. */
  readonly pulse: Signal<Pulse | undefined> = this.beat;
  /** Keys of steps whose worker is not heard of. */
  readonly recovering = computed(() => new Set(this.beat()?.recoveringSteps), {
    equal: (a, b) => a.size === b.size && [...a].every((key) => b.has(key)),
  });

  /** Follows a run to its end. @param afterSeq  number of the last event that is known; without it all are told */
  follow(runId: string, afterSeq = 0): void {
    this.leave();
    this.following = this.feed.follow(runId, afterSeq).subscribe({
      next: (update) => this.take(update),
      error: (error: unknown) => {
        this.trouble.set(problemOf(error));
        this.end();
      },
      complete: () => this.end(),
    });
    const look = () => void this.look(runId);
    this.looking = setInterval(() => {
      if (!document.hidden) look();
    }, PULSE_MS);
    look();
  }

  /** Shows nothing any more. */
  leave(): void {
    this.following?.unsubscribe();
    this.stopLooking();
    clearTimeout(this.picture);
    this.picture = undefined;
    cancelAnimationFrame(this.frame);
    this.waiting = [];
    this.run.set(undefined);
    this.texts.set(new Map());
    this.reply.set('');
    this.turn(false);
    this.trouble.set(undefined);
  }

  ngOnDestroy(): void {
    this.leave();
  }

  private async look(runId: string): Promise<void> {
    const asking = this.looking;
    const answer = await this.client
      .query({ query: RunPulseDocument, variables: { id: runId }, fetchPolicy: 'no-cache' })
      .catch(() => undefined); // the API is away, which the feed says
    if (this.looking === asking && answer?.data?.run) this.beat.set(answer.data.run);
  }

  /** Nothing more is heard of it. */
  private end(): void {
    this.turn(false);
    this.stopLooking();
  }

  private turn(isLost: boolean): void {
    clearTimeout(this.losing);
    if (isLost) this.losing = setTimeout(() => this.lost.set(true), STALE_MS);
    else this.lost.set(false);
  }

  private stopLooking(): void {
    clearInterval(this.looking);
    this.looking = undefined;
    this.beat.set(undefined);
  }

  /** Updates are shown with the next picture, together with all that came meanwhile. */
  private take(update: FeedUpdate): void {
    this.waiting.push(update);
    this.picture ??= setTimeout(
      () => (this.frame = requestAnimationFrame(() => this.show())),
      this.shownAt + PICTURE_MS - performance.now(),
    );
  }

  private show(): void {
    this.picture = undefined;
    this.shownAt = performance.now();
    let [view, reply, texts] = [this.run(), this.reply(), this.texts()];
    for (const update of this.waiting.splice(0)) {
      if (update.kind === 'events') {
        if (view || update.events[0]?.seq === 1) view = update.events.reduce<RunView | undefined>(foldRunView, view);
        this.events.next(update.events);
      } else if (update.kind === 'reply') {
        if (!update.isReasoning) reply = reply.slice(0, update.offset) + update.text;
      } else if (update.kind === 'text') {
        if (update.channel !== 'text') continue;
        const before = texts.get(update.stepKey) ?? '';
        texts = new Map(texts).set(update.stepKey, before.slice(0, update.offset) + update.text);
      } else this.turn(update.kind === 'lost');
    }
    this.run.set(view);
    this.reply.set(reply);
    this.texts.set(texts);
  }
}
