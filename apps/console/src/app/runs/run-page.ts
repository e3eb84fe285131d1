import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { Router, RouterLink } from '@angular/router';
import { LucideSearchX } from '@lucide/angular';
import type { JsonObject } from '@tenon/base';
import { hasGraph, type Definition } from '@tenon/dsl';
import { RegionState, StatePill } from '@tenon/ui';
import { auditTime } from 'rxjs';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { Reach } from '../api/reach.js';
import { StopRunDocument } from '../app/app.generated.js';
import { canvasOf, type StepMark } from '../graph/canvas-of.js';
import { GraphView } from '../graph/graph-view.js';
import { markOf, type StepFacts } from '../graph/marks-of.js';
import { graphWords } from '../graph/type-name.js';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { PageActions } from '../shell/page-actions.js';
import { PageTitles } from '../shell/page-titles.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { Cost } from '../usage/cost.js';
import { ValueFields } from '../value/value-fields.js';
import { channelName, reasonOfRun } from './run-reason.js';
import { isOver, stateOfRun, stateOfStep } from './run-state.js';
import { RunAnnouncer } from './run-announcer.js';
import { RunDownload } from './run-download.js';
import { RunEvents } from './run-events.js';
import { RunDraftDocument, RunGraphDocument, RunPageDocument } from './run-page.generated.js';
import { RunSteps, type RunReading, type StepRow } from './run-steps.js';
import { RunStory } from './run-story.js';
import { RunTimeline } from './run-timeline.js';
import { StepDetail } from './step-detail.js';
import { StepTable } from './step-table.js';
import { untilSettled } from './until-settled.js';

const VIEWS = ['graph', 'timeline', 'steps', 'events'] as const;
type View = (typeof VIEWS)[number];

/** What events change in the record is asked for together, so long after the first, in milliseconds. */
const TOGETHER_MS = 300;

/** One run: what happened, what it is doing now and why. View and step stand in the address. */
@Component({
  selector: 'tn-run-page',
  host: { '(keydown.escape)': 'letGo()' },
  imports: [
    Cost,
    GraphView,
    MarkdownView,
    MatButtonModule,
    MatButtonToggleModule,
    PageActions,
    Pending,
    ProblemLine,
    RegionState,
    RouterLink,
    RunDownload,
    RunEvents,
    RunTimeline,
    StatePill,
    StepDetail,
    StepTable,
    ValueFields,
  ],
  providers: [RunAnnouncer, RunSteps, RunStory],
  templateUrl: './run-page.html',
  styleUrl: './run-page.scss',
})
export class RunPage {
  private readonly router = inject(Router);
  private readonly mutations = inject(Mutations);
  protected readonly story = inject(RunStory);
  private readonly known = inject(RunSteps);
  private readonly announcer = inject(RunAnnouncer);
  protected readonly quantities = inject(Quantities);
  private readonly clock = inject(Clock);
  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly channelName = channelName;
  protected readonly views = VIEWS;
  protected readonly icons = { missing: LucideSearchX.icon };

  /** Ids of the app and the run, from the address. */
  readonly app = input.required<string>();
  readonly run = input.required<string>();
  readonly view = input<string>();
  readonly step = input<string>();
  /** Which events are shown. */
  readonly events = input<string>();

  /** The run as its steps were read with it. */
  private readonly reading = signal<RunReading | undefined>(undefined);
  protected readonly stopping = new Act();
  protected readonly asked = ask(RunPageDocument, () => ({ id: this.run() }));
  /** Of its own, since it stays the same while the record is asked for again and again. */
  private readonly askedGraph = ask(RunGraphDocument, () => ({ id: this.run() }));
  protected readonly record = computed(() => this.asked.data()?.run);
  private readonly askedDraft = ask(RunDraftDocument, () => {
    const record = this.record();
    return record && !record.version ? { id: record.id } : undefined;
  });
  protected readonly hasDraftChanged = computed(() => {
    const run = this.askedDraft.data()?.run;
    return run ? run.planHash !== run.app.draft.planHash : false;
  });
  /** Undefined until they are read. */
  protected readonly steps = computed(() => {
    const recovering = this.story.recovering();
    const rows = this.known.rows();
    if (recovering.size === 0) return rows;
    return rows?.map((row) => (recovering.has(row.key) ? { ...row, isRecovering: true } : row));
  });
  protected readonly askedSteps = {
    data: this.steps,
    problem: this.known.problem,
    reload: () => (this.steps() ? this.known.retry() : void this.begin(this.run())),
  };
  protected readonly shownView = computed<View>(() => VIEWS.find((view) => view === this.view()) ?? 'graph');
  /** Events have a side of their own. */
  protected readonly isSplit = computed(() => !!this.step() && this.shownView() !== 'events');
  protected readonly state = computed(() => {
    const pulse = this.story.pulse();
    // of an end is said only together with what came of it
    const standing = pulse && !isOver(pulse.status) ? pulse : this.record();
    return standing && stateOfRun(standing);
  });
  protected readonly isRunning = computed(() => {
    const record = this.record();
    return record !== undefined && record !== null && !isOver(record.status);
  });
  protected readonly reason = computed(() => {
    const record = this.record();
    const standing = this.story.pulse() ?? record;
    return reasonOfRun({ ...record, ...standing }, this.texts);
  });
  protected readonly duration = computed(() => {
    const { startedAt, finishedAt } = this.record() ?? {};
    if (!startedAt) return '';
    const end = finishedAt ? Date.parse(finishedAt) : this.clock.second();
    return this.quantities.duration(end - Date.parse(startedAt));
  });
  protected readonly answer = computed(() => this.record()?.answer ?? this.story.answer());

  protected readonly outputs = computed(() => {
    const outputs = this.record()?.outputs as JsonObject | null | undefined;
    return outputs && Object.keys(outputs).length > 0 ? outputs : undefined;
  });

  private readonly marks = computed(
    () => this.steps() && new Map(this.steps()?.map((step): [string, StepMark] => [step.nodeId, this.markOf(step)])),
  );
  protected readonly graph = computed(() => {
    const definition = this.askedGraph.data()?.run?.definition as Definition | null | undefined;
    const marks = this.marks();
    return definition && marks && hasGraph(definition) ? canvasOf(definition, graphWords(this.t), marks) : undefined;
  });

  constructor() {
    this.announcer.nameOf = (key) => this.steps()?.find((step) => step.key === key)?.title || key;
    const titles = inject(PageTitles);
    effect(() => titles.subject.set(this.record()?.app.name ?? ''));
    effect(() => {
      // a link that names another app leads to the run's own
      const appId = this.record()?.appId;
      if (!appId || appId === this.app()) return;
      const way = ['/apps', appId, 'runs', this.run()];
      void this.router.navigate(way, { queryParamsHandling: 'preserve', replaceUrl: true });
    });
    const { returns } = inject(Reach);
    effect(() => {
      const run = this.run();
      returns();
      untracked(() => {
        // one that is read goes on by itself
        if (this.reading()?.id !== run) void this.begin(run);
      });
    });
    effect(() => {
      // it ended after its record was read and before its steps were
      const reading = this.reading();
      if (reading && isOver(reading.status) && this.isRunning()) untracked(() => this.asked.reload());
    });
    untilSettled(this.asked, this.record);
    this.story.events.pipe(auditTime(TOGETHER_MS), takeUntilDestroyed()).subscribe(() => this.asked.reload());
    this.story.events
      .pipe(takeUntilDestroyed())
      .subscribe((events) => this.known.note(events.flatMap((event) => ('stepKey' in event ? [event.stepKey] : []))));
    // that a worker is lost, and that another has begun, no event tells
    let before: ReadonlySet<string> = new Set();
    effect(() => {
      const now = this.story.recovering();
      const changed = [...before, ...now].filter((key) => now.has(key) !== before.has(key));
      before = now;
      untracked(() => this.known.note(changed));
    });
  }

  protected show(query: { view?: string; step?: string | undefined; events?: string | undefined }): void {
    const replaceUrl = !('step' in query);
    void this.router.navigate([], { queryParams: query, queryParamsHandling: 'merge', replaceUrl });
  }

  /** Nothing is chosen any more. */
  protected letGo(): void {
    if (this.step()) this.show({ step: undefined });
  }

  protected async stop(): Promise<void> {
    await this.stopping.run(() => this.mutations.perform(StopRunDocument, { input: { runId: this.run() } }));
  }

  /** Of a run that is over the record says all; one that goes on is followed from where it was read. */
  private async begin(run: string): Promise<void> {
    this.reading.set(undefined);
    this.story.leave();
    const reading = await this.known.open(run);
    if (!reading) return;
    this.reading.set(reading);
    this.announcer.begin(run, true);
    if (!isOver(reading.status)) this.story.follow(run, reading.lastSeq);
    // what was said before it ended is in no record
    else if (reading.status === 'STOPPED' || reading.status === 'FAILED') this.story.follow(run, reading.lastSeq - 1);
  }

  private markOf(step: StepRow): StepMark {
    const { startedAt, finishedAt, failure, exit, usage, attempts } = step;
    const facts: StepFacts = {
      state: stateOfStep(step),
      startedAt: startedAt ? Date.parse(startedAt) : undefined,
      finishedAt: finishedAt ? Date.parse(finishedAt) : undefined,
      usage: usage ? { ...usage, totalPrice: (usage.totalPrice as string | null) ?? undefined } : undefined,
      attempt: attempts.at(-1)?.attempt,
      failure: failure ?? undefined,
      exit: exit ?? undefined,
    };
    return markOf(facts, { texts: this.texts, quantities: this.quantities });
  }
}
