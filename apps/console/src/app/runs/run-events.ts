import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, effect, inject, input, output, signal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { LucideDynamicIcon, LucideX } from '@lucide/angular';
import type { Json } from '@tenon/base';
import type { RunEvent } from '@tenon/engine';
import { STATE_LOOKS } from '@tenon/ui';
import { problemOf, type Problem } from '../api/problem.js';
import { RunFeed } from '../api/run-feed.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ProblemLine } from '../shell/problem-line.js';
import { VirtualRows } from '../shell/virtual-rows.js';
import { ValueView } from '../value/value-view.js';
import { EVENT_KINDS, kindOfEvent, stateAfter, wordsOfEvent } from './event-words.js';
import type { StepRow } from './run-steps.js';

/** Of a row, in pixels. */
const ROW = 32;
/** Characters of a row at most: it shows fewer. */
const LINE = 300;

/** Every event of a run in its order, in plain words or as it is recorded; as they come. */
@Component({
  selector: 'tn-run-events',
  imports: [
    LucideDynamicIcon,
    MatButtonModule,
    MatButtonToggleModule,
    ProblemLine,
    ScrollingModule,
    ValueView,
    VirtualRows,
  ],
  templateUrl: './run-events.html',
  styleUrl: './run-events.scss',
})
export class RunEvents {
  private readonly feed = inject(RunFeed);
  protected readonly quantities = inject(Quantities);
  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly icons = { close: LucideX.icon };
  protected readonly kinds = ['all', ...EVENT_KINDS] as const;
  protected readonly rowHeight = ROW;

  /** Id of the run. */
  readonly run = input.required<string>();
  /** Number of the last event that is recorded, as far as it is known. */
  readonly last = input.required<number>();
  /** For the names of the steps. */
  readonly steps = input.required<readonly StepRow[]>();

  /** Which events are shown; all without it. */
  readonly shown = input<string>();
  readonly shownChange = output<string | undefined>();

  private readonly all = signal<readonly RunEvent[]>([]);
  protected readonly problem = signal<Problem | undefined>(undefined);
  protected readonly kind = computed(() => this.kinds.find((kind) => kind === this.shown()) ?? 'all');
  protected readonly isTechnical = signal(false);
  protected readonly chosen = signal<RunEvent | undefined>(undefined);

  protected readonly events = computed(() => {
    const kind = this.kind();
    return kind === 'all' ? this.all() : this.all().filter((event) => kindOfEvent(event) === kind);
  });
  /** What is there, and what is still to come of what is recorded. */
  protected readonly count = computed(() => {
    const there = this.all().length;
    if (there < this.last())
      return this.t('events.reading', {
        shown: this.quantities.number(there),
        all: this.quantities.number(this.last()),
      });
    const count = this.events().length;
    return this.t('events.count', { count, shown: this.quantities.number(count) });
  });
  protected readonly chosenRow = computed(() => {
    const seq = this.chosen()?.seq;
    return seq === undefined ? -1 : this.events().findIndex((event) => event.seq === seq);
  });
  private readonly names = computed(
    () => new Map(this.steps().map(({ key, title, nodeId }) => [key, title || nodeId] as const)),
  );

  constructor() {
    effect((onCleanup) => {
      const run = this.run();
      const stop = untracked(() => this.follow(run));
      onCleanup(stop);
    });
  }

  protected lookOf(event: RunEvent) {
    return STATE_LOOKS[stateAfter(event)];
  }

  protected textOf(event: RunEvent): string {
    if (!this.isTechnical())
      return wordsOfEvent(event, {
        texts: this.texts,
        stepName: (key) => this.names().get(key) ?? key,
        duration: (ms) => this.quantities.duration(ms),
      });
    const { seq: _seq, at: _at, type, ...facts } = event;
    return `${type} ${JSON.stringify(facts).slice(0, LINE)}`;
  }

  /** As it is recorded, with its time in words of the format. */
  protected recordOf({ at, ...event }: RunEvent): Json {
    return { ...event, at: new Date(at).toISOString() } as never as Json;
  }

  protected seqOf(_: number, { seq }: RunEvent): number {
    return seq;
  }

  /** From the first event on. What comes at once is shown at once. */
  private follow(run: string): () => void {
    this.all.set([]);
    this.chosen.set(undefined);
    this.problem.set(undefined);
    let waiting: RunEvent[] = [];
    let frame = 0;
    const show = () => {
      frame = 0;
      const more = waiting;
      waiting = [];
      this.all.update((known) => [...known, ...more]);
    };
    const following = this.feed.follow(run).subscribe({
      next: (update) => {
        if (update.kind !== 'events') return;
        waiting.push(...update.events);
        if (frame === 0) frame = requestAnimationFrame(show);
      },
      error: (error: unknown) => this.problem.set(problemOf(error)),
    });
    return () => {
      following.unsubscribe();
      cancelAnimationFrame(frame);
    };
  }
}
