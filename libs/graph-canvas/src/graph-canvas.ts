import { NgTemplateOutlet } from '@angular/common';
import {
  afterNextRender,
  Component,
  computed,
  contentChild,
  effect,
  ElementRef,
  inject,
  Injector,
  input,
  model,
  output,
  signal,
  TemplateRef,
  untracked,
  viewChild,
} from '@angular/core';
import { LayoutService, NgxGraphModule, type GraphComponent } from '@swimlane/ngx-graph';
import * as shape from 'd3-shape';
import { Subject } from 'rxjs';
import type { CanvasGraph, CanvasNode, Detail, WalkedEdge } from './canvas-graph.js';
import { CanvasMap } from './canvas-map.js';
import { clampZoom, fit, MAX_ZOOM, MIN_ZOOM } from './fit.js';
import { drawEdge, drawNode, isSameList, isSamePlace, isSameWay, keep } from './drawn.js';
import { FixedLayout, type DrawnEdge, type DrawnNode } from './fixed-layout.js';
import { areaOf, isEnough, isIn, linesOf, surroundingsOf, type Area, type View } from './near.js';
import { SAMPLES } from './route.js';
import { nextLine, walk, type Step } from './walk.js';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowRight: 'forward',
  ArrowLeft: 'back',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};
const ZOOM_STEP = 1.2;
const LETTER_KEYS = 'eE+-01';
/** For ids. */
let helps = 0;
/** From so far away names can no longer be read, and from so far the rest. */
const FAR = { shape: 0.2, name: 0.4 };

/**
 * Draws a graph and reports what is done to it; what the boxes mean it does not know. The content gives the template of
 * a box, whose context is the `CanvasNode` and `detail`: how much of it can be made out. Only boxes and lines in sight
 * and near it are drawn.
 */
@Component({
  selector: 'tn-graph-canvas',
  imports: [CanvasMap, NgTemplateOutlet, NgxGraphModule],
  providers: [LayoutService],
  templateUrl: './graph-canvas.html',
  styleUrl: './graph-canvas.scss',
  host: {
    '(click)': 'onClick($event)',
    '(keydown)': 'onKey($event)',
    '(wheel)': 'isFitted = false',
    '(touchmove)': 'isFitted = false',
  },
})
export class GraphCanvas {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);

  readonly graph = input.required<CanvasGraph>();
  /** What is read out for the whole: the name of the graph and how many boxes it has. */
  readonly label = input.required<string>();
  /** The keys that there are, in one line: it is read out. */
  readonly help = input('');
  /** Whether keys that are letters or signs do something. */
  readonly hasLetterKeys = input(true);
  /** Id of the chosen box. */
  readonly selected = model<string | undefined>(undefined);
  /** A box was asked for once more: by Enter or a second click. */
  readonly opened = output<string>();

  /** The keyboard has come to a line, or to a box that none leaves. */
  readonly walked = output<WalkedEdge>();

  protected readonly box = contentChild.required<TemplateRef<{ $implicit: CanvasNode; detail: Detail }>>(TemplateRef);
  private readonly drawing = viewChild<GraphComponent>('drawing');

  protected readonly layout = new FixedLayout();
  protected readonly curve = shape.curveLinear;
  protected readonly samples = SAMPLES + 1;
  protected readonly zooms = { min: MIN_ZOOM, max: MAX_ZOOM };
  protected readonly redraw = new Subject<boolean>();
  /** The box that the keyboard is at. */
  protected readonly current = signal<string | undefined>(undefined);
  /** Id of the line that the keyboard is at: it leaves the box that the keyboard is at. */
  protected readonly line = signal<string | undefined>(undefined);
  protected readonly helpId = `tn-canvas-help-${(helps += 1)}`;
  protected readonly isDrawn = signal(false);

  /** What is seen, and the part in which boxes and lines are drawn; none before there is a size. */
  protected readonly seen = signal<Area | undefined>(undefined);
  protected readonly drawnArea = signal<Area | undefined>(undefined);
  private readonly zoom = signal(1);
  /** Nobody has moved the drawing since it was fitted, so it is fitted again when its window changes. */
  protected isFitted = false;
  /** How it was seen last, and in what window. */
  private last?: { readonly view: View; readonly width: number; readonly height: number };
  protected readonly detail = computed<Detail>(() =>
    this.zoom() < FAR.shape ? 'shape' : this.zoom() < FAR.name ? 'name' : 'whole',
  );
  /** The box at which the keyboard comes in. It is there wherever it lies. */
  protected readonly entry = computed(() => {
    const current = this.current();
    return current !== undefined && this.nodes().has(current) ? current : this.graph().nodes[0]?.id;
  });
  private readonly lines = computed(() => linesOf(this.graph()));

  private drawnNodes = new Map<string, DrawnNode>();
  private drawnEdges = new Map<string, DrawnEdge>();

  /**
   * Boxes and lines as objects of the drawing library, which changes them: the same as long as the place is the same. The
   * library lays out at every change, and at times leaves one out; so it is told of places alone.
   */
  protected readonly drawn = computed(
    () => {
      const area = this.drawnArea();
      const nodes = this.graph().nodes.filter((node) => node.id === this.entry() || (area && isIn(area, node)));
      const lines = this.lines().filter(({ source, target }) => area && isIn(area, source, target));
      this.drawnNodes = keep(this.drawnNodes, nodes, ({ data }) => data.node, isSamePlace, drawNode);
      this.drawnEdges = keep(this.drawnEdges, lines, ({ way }) => way, isSameWay, drawEdge);
      return { nodes: [...this.drawnNodes.values()], edges: [...this.drawnEdges.values()] };
    },
    { equal: (a, b) => isSameList(a.nodes, b.nodes) && isSameList(a.edges, b.edges) },
  );

  /** Boxes and lines as they are to look now. */
  protected readonly nodes = computed(() => new Map(this.graph().nodes.map((node) => [node.id, node])));
  protected readonly edges = computed(() => new Map(this.graph().edges.map((edge) => [edge.id, edge])));

  constructor() {
    afterNextRender(() => {
      const { width, height } = this.host.getBoundingClientRect();
      this.drawnArea.set(this.see(fit(this.graph().nodes, width, height), width, height));
    });
    // before the library looks again at what it has just laid out, which it does not for a while after this
    effect(() => {
      if (this.drawing() && untracked(this.drawn).edges.length > 0) untracked(() => this.fit());
    });
    // without a line the library does not look at its inputs again
    effect(() => {
      const { edges } = this.drawn();
      if (edges.length === 0 && untracked(this.isDrawn)) this.redraw.next(true);
    });
    effect(() => {
      const id = this.selected();
      if (id) this.current.set(id);
    });
    // the library checks everything at each move of the mouse; it need not know of those with no button down
    this.host.addEventListener('mousemove', (event) => {
      if (event.buttons === 0) event.stopPropagation();
      else this.isFitted = false;
    });
  }

  /** Shows all boxes. */
  fit(): void {
    const { width, height } = this.host.getBoundingClientRect();
    const view = fit(this.graph().nodes, width, height);
    this.drawing()?.zoomTo(view.zoom, { layout: false });
    this.center(view);
    this.isFitted = true;
  }

  /** @param factor  above 1 comes nearer */
  zoomBy(factor: number): void {
    const drawing = this.drawing();
    this.isFitted = false;
    drawing?.zoomTo(clampZoom(drawing.zoomLevel * factor), { layout: false });
    drawing?.cd.markForCheck();
  }

  /** Brings a box to the middle. */
  show(id: string): void {
    const node = this.graph().nodes.find((one) => one.id === id);
    if (node) this.center({ x: node.x + node.width / 2, y: node.y + node.height / 2 });
  }

  /** Brings a point to the middle. */
  protected center({ x, y }: { readonly x: number; readonly y: number }): void {
    const drawing = this.drawing();
    this.isFitted = false;
    drawing?.panTo(x, y);
    drawing?.cd.markForCheck();
  }

  protected onDrawn(): void {
    this.isDrawn.set(true);
    this.fit();
  }

  /** The drawing was moved, by whatever means. */
  protected onMoved({ zoomLevel: zoom, panOffsetX, panOffsetY, dims }: GraphComponent): void {
    if (!this.isDrawn()) return;
    const { width, height } = dims;
    const { last } = this;
    if (last && (last.width !== width || last.height !== height)) {
      this.last = { ...last, width, height };
      return this.isFitted ? this.fit() : this.center(last.view);
    }
    const view = { zoom, x: (width / 2 - panOffsetX) / zoom, y: (height / 2 - panOffsetY) / zoom };
    this.last = { view, width, height };
    const seen = this.see(view, width, height);
    const drawn = this.drawnArea();
    if (!drawn || !isEnough(drawn, seen)) this.drawnArea.set(surroundingsOf(seen));
  }

  private see(view: View, width: number, height: number): Area {
    const seen = areaOf(view, width, height);
    this.seen.set(seen);
    this.zoom.set(view.zoom);
    return seen;
  }

  protected onClick(event: Event): void {
    const id = boxAt(event);
    if (id !== undefined) this.choose(id);
  }

  private choose(id: string): void {
    if (this.selected() === id) this.opened.emit(id);
    this.selected.set(id);
  }

  protected onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (LETTER_KEYS.includes(event.key) && !this.hasLetterKeys()) return;
    const step = STEPS[event.key];
    const at = boxAt(event) ?? this.current();
    const box = event.key === 'Enter' || event.key === ' ' ? boxAt(event) : undefined;
    if (box !== undefined) this.choose(box);
    else if (step) this.goTo((step === 'forward' && this.ahead()) || walk(this.graph(), at, step));
    else if (event.key.toLowerCase() === 'e') this.goAlong(at);
    else if (event.key === '+') this.zoomBy(ZOOM_STEP);
    else if (event.key === '-') this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === '0') this.zoomBy(1 / (this.drawing()?.zoomLevel ?? 1));
    else if (event.key === '1') this.fit();
    else if (event.key === 'Escape') this.letGo();
    else return;
    event.preventDefault();
  }

  /** First of the line that the keyboard is at, then of the box. */
  private letGo(): void {
    if (this.line() === undefined) this.selected.set(undefined);
    this.line.set(undefined);
  }

  /** Moves the keyboard to the next of the lines that leave a box. */
  private goAlong(id: string | undefined): void {
    const walked = nextLine(this.graph(), id, this.line());
    this.current.set(id);
    this.line.set(walked.edge?.id);
    this.walked.emit(walked);
  }

  /** The box that the line leads to. */
  private ahead(): string | undefined {
    const line = this.line();
    return line === undefined ? undefined : this.edges().get(line)?.target;
  }

  /** Moves the keyboard to a box and brings it into sight. */
  private goTo(id: string | undefined): void {
    if (!id) return;
    this.line.set(undefined);
    this.current.set(id);
    this.show(id);
    const focus = () =>
      this.host.querySelector<HTMLElement>(`[data-node-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
    afterNextRender(focus, { injector: this.injector });
  }
}

/** Id of the box that an event is in. */
function boxAt({ target }: Event): string | undefined {
  return (target as Element).closest<HTMLElement>('[data-node-id]')?.dataset['nodeId'];
}
