import { BreakpointObserver } from '@angular/cdk/layout';
import {
  afterNextRender,
  Component,
  computed,
  effect,
  inject,
  Injector,
  input,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButtonModule } from '@angular/material/button';
import { MatTooltipModule } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { compile } from '@tenon/compiler';
import { hasGraph, type Definition } from '@tenon/dsl';
import { nodeDefinitions } from '@tenon/nodes/definitions';
import { LucideDynamicIcon, LucideListTree, LucideSearchX, LucideWorkflow, LucideX } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { map } from 'rxjs';
import { ask } from '../api/ask.js';
import { AppHead } from '../apps/app-head.js';
import { canvasOf } from '../graph/canvas-of.js';
import { GraphOutline } from '../graph/graph-outline.js';
import { GraphView } from '../graph/graph-view.js';
import { marksOf } from '../graph/marks-of.js';
import { graphWords } from '../graph/type-name.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { RunAnnouncer } from '../runs/run-announcer.js';
import { RunStory } from '../runs/run-story.js';
import { PageTitles } from '../shell/page-titles.js';
import { Pending } from '../shell/pending.js';
import { TemplatesDocument } from '../templates/templates.generated.js';
import { AppDocument } from './app.generated.js';
import { RunPanel } from './run-panel.js';

/** Where a drawing has little room. */
const NARROW = '(max-width: 767px)';

/** An app as its graph, and beside it the panel in which it is tried. The run that is shown stands in the address. */
@Component({
  selector: 'tn-graph-page',
  imports: [
    AppHead,
    GraphOutline,
    GraphView,
    LucideDynamicIcon,
    MatButtonModule,
    MatTooltipModule,
    Pending,
    RegionState,
    RouterLink,
    RunPanel,
  ],
  providers: [RunAnnouncer, RunStory],
  templateUrl: './graph-page.html',
  styleUrl: './graph-page.scss',
})
export class GraphPage {
  private readonly router = inject(Router);
  private readonly texts = inject(Texts);
  private readonly quantities = inject(Quantities);
  private readonly injector = inject(Injector);
  private readonly canvas = viewChild(GraphView);
  private readonly list = viewChild(GraphOutline);
  protected readonly story = inject(RunStory);
  private readonly announcer = inject(RunAnnouncer);
  protected readonly t = this.texts.t;
  protected readonly icons = {
    close: LucideX.icon,
    missing: LucideSearchX.icon,
    noGraph: LucideWorkflow.icon,
    outline: LucideListTree.icon,
  };

  /** Id of the app, from the address. */
  readonly app = input.required<string>();
  /** Id of the run that is shown. */
  readonly run = input<string>();
  /** Id of the template that the app was just made of: its question is filled in. */
  readonly template = input<string>();

  /** Whether the graph is shown as a list, too: `open`, `closed`; left out it is where the screen is narrow. */
  readonly outline = input<string>();
  protected readonly isNarrow = toSignal(
    inject(BreakpointObserver)
      .observe(NARROW)
      .pipe(map(({ matches }) => matches)),
    { requireSync: true },
  );
  protected readonly isToldNarrow = signal(false);
  protected readonly isListed = computed(() => this.outline() === 'open' || (!this.outline() && this.isNarrow()));

  protected readonly selected = linkedSignal<string | undefined>(() => (this.app(), undefined));
  protected readonly asked = ask(AppDocument, () => ({ id: this.app() }));
  private readonly templates = ask(TemplatesDocument, () =>
    this.template() ? { language: this.texts.language() } : undefined,
  );
  protected readonly first = computed(() => this.templates.data()?.templates.find(({ id }) => id === this.template()));
  protected readonly found = computed(() => this.asked.data()?.app);
  protected readonly definition = computed(() => this.found()?.draft.definition as Definition | undefined);
  private readonly graph = computed(() => {
    const definition = this.definition();
    return definition && hasGraph(definition) ? definition : undefined;
  });

  protected readonly canvasGraph = computed(() => {
    const graph = this.graph();
    if (!graph) return undefined;
    const marks = this.run()
      ? marksOf(this.story.steps(), this.story.recovering(), { texts: this.texts, quantities: this.quantities })
      : undefined;
    return canvasOf(graph, graphWords(this.t), marks);
  });
  /** What the app asks for and whether it can run, as publishing would say it. */
  protected readonly compiled = computed(() => {
    const definition = this.definition();
    return definition && compile(definition, nodeDefinitions);
  });

  constructor() {
    this.announcer.nameOf = (key) => this.canvasGraph()?.nodes.find(({ id }) => id === key)?.title || key;
    const titles = inject(PageTitles);
    effect(() => titles.subject.set(this.found()?.name ?? ''));
    effect(() => {
      const run = this.run();
      if (run) this.announcer.begin(run);
      if (run) this.story.follow(run);
      else this.story.leave();
    });
  }

  protected show(run: string | undefined): void {
    void this.router.navigate([], { queryParams: { run: run ?? null, template: null }, queryParamsHandling: 'merge' });
  }

  protected toggleOutline(): void {
    void this.showOutline(!this.isListed());
  }

  /** Opens the list, and brings the keyboard there. */
  protected async goToOutline(): Promise<void> {
    await this.showOutline(true);
    afterNextRender(() => this.list()?.focus(), { injector: this.injector });
  }

  private showOutline(isOpen: boolean): Promise<boolean> {
    const outline = isOpen === this.isNarrow() ? null : isOpen ? 'open' : 'closed';
    return this.router.navigate([], { queryParams: { outline }, queryParamsHandling: 'merge', replaceUrl: true });
  }

  /** Chosen in the list, a node is brought to the middle of the drawing. */
  protected choose(id: string | undefined): void {
    this.selected.set(id);
    if (id) this.canvas()?.show(id);
  }
}
