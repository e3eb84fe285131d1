import { NgTemplateOutlet } from '@angular/common';
import {
  Component,
  computed,
  contentChild,
  effect,
  ElementRef,
  inject,
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
import type { CanvasEdge, CanvasGraph, CanvasNode } from './canvas-graph.js';
import { clampZoom, fit, MAX_ZOOM, MIN_ZOOM } from './fit.js';
import { FixedLayout, type DrawnEdge, type DrawnNode } from './fixed-layout.js';
import { walk, type Step } from './walk.js';

const STEPS: Readonly<Record<string, Step>> = {
  ArrowRight: 'forward',
  ArrowLeft: 'back',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'first',
  End: 'last',
};
const ZOOM_STEP = 1.2;

/**
 * Draws a graph and reports what is done to it; what the boxes mean it does not know. The content gives the template of
 * a box, whose context is the `CanvasNode`.
 */
@Component({
  selector: 'tn-graph-canvas',
  imports: [NgTemplateOutlet, NgxGraphModule],
  providers: [LayoutService],
  templateUrl: './graph-canvas.html',
  styleUrl: './graph-canvas.scss',
  host: { '(keydown)': 'onKey($event)' },
})
export class GraphCanvas {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  readonly graph = input.required<CanvasGraph>();
  /** What is read out for the whole: the name of the graph and how many boxes it has. */
  readonly label = input.required<string>();
  /** Id of the chosen box. */
  readonly selected = model<string | undefined>(undefined);
  /** A box was asked for once more: by Enter or a second click. */
  readonly opened = output<string>();

  protected readonly box = contentChild.required<TemplateRef<{ $implicit: CanvasNode }>>(TemplateRef);
  private readonly drawing = viewChild.required<GraphComponent>('drawing');

  protected readonly layout = new FixedLayout();
  protected readonly curve = shape.curveLinear;
  protected readonly zooms = { min: MIN_ZOOM, max: MAX_ZOOM };
  protected readonly redraw = new Subject<boolean>();
  /** The box that the keyboard is at. */
  protected readonly current = signal<string | undefined>(undefined);
  protected readonly isDrawn = signal(false);

  private drawnNodes = new Map<string, DrawnNode>();
  private drawnEdges = new Map<string, DrawnEdge>();

  /**
   * Boxes and lines as objects of the drawing library, which changes them: the same as long as the place is the same. The
   * library lays out at every change, and at times leaves one out; so it is told of places alone.
   */
  protected readonly drawn = computed(
    () => {
      const { nodes, edges } = this.graph();
      this.drawnNodes = keep(this.drawnNodes, nodes, ({ data }) => data.node, isSamePlace, drawNode);
      this.drawnEdges = keep(this.drawnEdges, edges, ({ data }) => data.edge, isSameWay, drawEdge);
      return { nodes: [...this.drawnNodes.values()], edges: [...this.drawnEdges.values()] };
    },
    { equal: (a, b) => isSameList(a.nodes, b.nodes) && isSameList(a.edges, b.edges) },
  );

  /** Boxes and lines as they are to look now. */
  protected readonly nodes = computed(() => new Map(this.graph().nodes.map((node) => [node.id, node])));
  protected readonly edges = computed(() => new Map(this.graph().edges.map((edge) => [edge.id, edge])));

  constructor() {
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
    });
  }

  /** Shows all boxes. */
  fit(): void {
    const { width, height } = this.host.getBoundingClientRect();
    const view = fit(this.graph().nodes, width, height);
    this.drawing().zoomTo(view.zoom, { layout: false });
    this.center(view.x, view.y);
  }

  /** @param factor  above 1 comes nearer */
  zoomBy(factor: number): void {
    const drawing = this.drawing();
    drawing.zoomTo(clampZoom(drawing.zoomLevel * factor), { layout: false });
    drawing.cd.markForCheck();
  }

  /** Brings a box to the middle. */
  show(id: string): void {
    const node = this.graph().nodes.find((one) => one.id === id);
    if (node) this.center(node.x + node.width / 2, node.y + node.height / 2);
  }

  private center(x: number, y: number): void {
    const drawing = this.drawing();
    drawing.panTo(x, y);
    drawing.cd.markForCheck();
  }

  protected onDrawn(): void {
    this.isDrawn.set(true);
    this.fit();
  }

  protected choose(id: string): void {
    if (this.selected() === id) this.opened.emit(id);
    this.selected.set(id);
  }

  protected onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step) this.goTo(walk(this.graph(), this.current(), step));
    else if (event.key === '+') this.zoomBy(ZOOM_STEP);
    else if (event.key === '-') this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === '0') this.zoomBy(1 / this.drawing().zoomLevel);
    else if (event.key === '1') this.fit();
    else if (event.key === 'Escape') this.selected.set(undefined);
    else return;
    event.preventDefault();
  }

  /** Moves the keyboard to a box and brings it into sight. */
  private goTo(id: string | undefined): void {
    if (!id) return;
    this.current.set(id);
    this.show(id);
    requestAnimationFrame(() => {
      this.host.querySelector<HTMLElement>(`[data-node-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
    });
  }
}

/** Ids of the library become ids of elements, which boxes and lines must not share. */
function drawNode(node: CanvasNode): DrawnNode {
  return { id: `n${node.id}`, label: node.label, data: { node } };
}

function drawEdge(edge: CanvasEdge): DrawnEdge {
  return { id: `e${edge.id}`, source: `n${edge.source}`, target: `n${edge.target}`, data: { edge } };
}

function isSamePlace(a: CanvasNode, b: CanvasNode): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

function isSameWay(a: CanvasEdge, b: CanvasEdge): boolean {
  return a.source === b.source && a.target === b.target && a.sourceY === b.sourceY && a.targetY === b.targetY;
}

function isSameList<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** What is drawn of each item, kept where the item is the same as before. */
function keep<Item extends { readonly id: string }, Drawn>(
  before: ReadonlyMap<string, Drawn>,
  items: readonly Item[],
  itemOf: (drawn: Drawn) => Item,
  isSame: (a: Item, b: Item) => boolean,
  draw: (item: Item) => Drawn,
): Map<string, Drawn> {
  return new Map(
    items.map((item) => {
      const known = before.get(item.id);
      return [item.id, known !== undefined && isSame(itemOf(known), item) ? known : draw(item)];
    }),
  );
}
