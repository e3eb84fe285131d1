import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatButtonToggleModule } from '@angular/material/button-toggle';
import { Router, RouterLink } from '@angular/router';
import { LucideSearchX } from '@lucide/angular';
import type { JsonObject } from '@tenon/base';
import { hasGraph, type Definition } from '@tenon/dsl';
import { GraphCanvas } from '@tenon/graph-canvas';
import { RegionState, StatePill } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { StopRunDocument } from '../app/app.generated.js';
import { canvasOf, type StepMark } from '../graph/canvas-of.js';
import { NodeBox } from '../graph/node-box.js';
import { graphWords } from '../graph/type-name.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { PageTitles } from '../shell/page-titles.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { Cost } from '../usage/cost.js';
import { ValueFields } from '../value/value-fields.js';
import { isOver, stateOfRun, stateOfStep } from './run-state.js';
import { RunGraphDocument, RunPageDocument, type StepRowFragment } from './run-page.generated.js';
import { RunStory } from './run-story.js';
import { RunTimeline } from './run-timeline.js';
import { StepDetail } from './step-detail.js';
import { StepTable } from './step-table.js';

const VIEWS = ['graph', 'timeline', 'steps'] as const;
type View = (typeof VIEWS)[number];

/** Events in a burst are followed by one question, so long after the last, in milliseconds. */
const QUIET_MS = 300;

/** One run: what happened, what it is doing now and why. View and step stand in the address. */
@Component({
  selector: 'tn-run-page',
  imports: [
    Cost,
    GraphCanvas,
    MarkdownView,
    MatButtonModule,
    MatButtonToggleModule,
    NodeBox,
    Pending,
    ProblemLine,
    RegionState,
    RouterLink,
    RunTimeline,
    StatePill,
    StepDetail,
    StepTable,
    ValueFields,
  ],
  providers: [RunStory],
  templateUrl: './run-page.html',
  styleUrl: './run-page.scss',
})
export class RunPage {
  private readonly router = inject(Router);
  private readonly mutations = inject(Mutations);
  protected readonly story = inject(RunStory);
  protected readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly views = VIEWS;
  protected readonly icons = { missing: LucideSearchX.icon };

  /** Ids of the app and the run, from the address. */
  readonly app = input.required<string>();
  readonly run = input.required<string>();
  readonly view = input<string>();
  readonly step = input<string>();

  protected readonly stopping = new Act();
  protected readonly asked = ask(RunPageDocument, () => ({ id: this.run() }));
  /** Of its own, since it stays the same while the record is asked for again and again. */
  private readonly askedGraph = ask(RunGraphDocument, () => ({ id: this.run() }));
  protected readonly record = computed(() => this.asked.data()?.run);
  protected readonly steps = computed<readonly StepRowFragment[]>(() => this.record()?.steps ?? []);
  protected readonly shownView = computed<View>(() => VIEWS.find((view) => view === this.view()) ?? 'graph');
  protected readonly state = computed(() => {
    const standing = this.story.pulse() ?? this.record();
    return standing && stateOfRun(standing);
  });
  protected readonly isRunning = computed(() => {
    const record = this.record();
    return record !== undefined && record !== null && !isOver(record.status);
  });
  protected readonly reason = computed(() => {
    const record = this.record();
    const standing = this.story.pulse() ?? record;
    return standing?.needsAttention?.reason ?? standing?.waitingFor ?? record?.failure?.message ?? record?.reason ?? '';
  });
  protected readonly answer = computed(() => this.record()?.answer ?? this.story.answer());

  protected readonly outputs = computed(() => {
    const outputs = this.record()?.outputs as JsonObject | null | undefined;
    return outputs && Object.keys(outputs).length > 0 ? outputs : undefined;
  });

  private readonly marks = computed(
    () => new Map(this.steps().map((step): [string, StepMark] => [step.nodeId, this.markOf(step)])),
  );
  protected readonly graph = computed(() => {
    const run = this.askedGraph.data()?.run;
    const definition = (run?.version?.definition ?? run?.app.draft.definition) as Definition | undefined;
    if (!definition || !hasGraph(definition)) return undefined;
    return canvasOf(definition, graphWords(this.t), this.marks());
  });

  constructor() {
    const titles = inject(PageTitles);
    effect(() => titles.subject.set(this.record()?.app.name ?? ''));
    effect(() => this.story.follow(this.run()));
    effect((onCleanup) => {
      // the record says more of a step than its events do
      if (!this.story.view()) return;
      const timer = setTimeout(() => untracked(() => this.asked.reload()), QUIET_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }

  protected show(query: { view?: string | undefined; step?: string | undefined }): void {
    void this.router.navigate([], { queryParams: query, queryParamsHandling: 'merge', replaceUrl: 'view' in query });
  }

  protected async stop(): Promise<void> {
    await this.stopping.run(() => this.mutations.perform(StopRunDocument, { input: { runId: this.run() } }));
  }

  private markOf(step: StepRowFragment): StepMark {
    const { startedAt, finishedAt, failure } = step;
    const took = startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : undefined;
    const isRecovering = step.isRecovering || this.story.recovering().has(step.key);
    const footer = failure?.message ?? (took === undefined ? undefined : this.quantities.duration(took));
    return { state: stateOfStep({ ...step, isRecovering }), ...(footer && { footer }) };
  }
}
