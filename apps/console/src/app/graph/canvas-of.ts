import type { GraphDefinition, GraphEdge, GraphNode } from '@tenon/dsl';
import { homesOf, isNote } from '@tenon/dsl';
import type { CanvasEdge, CanvasNode } from '@tenon/graph-canvas';
import type { State } from '@tenon/ui';
import { colorOf } from './node-categories.js';
import { summaryOf } from './summary-of.js';

/** What a box shows. */
export interface NodeBoxView extends CanvasNode {
  readonly title: string;
  /** The node type, such as `llm`; empty for a note. */
  readonly type: string;
  /** Id of the container it stands in. */
  readonly home?: string;
  /** What it does, in one line. */
  readonly summary?: string;
  readonly state?: State;
  /** Under the name: what the step took and used. */
  readonly footer?: string;
  /** Why it waits, or failed. */
  readonly why?: string;
  readonly text?: string;
}

/** What of a run a box shows. */
export interface StepMark {
  readonly state: State;
  /** What it took and used. */
  readonly footer?: string;
  /** Why it waits, or failed. */
  readonly why?: string;
  /** The way it left, for the lines. */
  readonly exit?: string;
}

/** Words of the boxes in the reader's language. */
export interface GraphWords {
  type(type: string): string;
  state(state: State): string;
  /** What a node is connected with, before it and after it. */
  from(names: readonly string[]): string;
  to(names: readonly string[]): string;
  /** A way out of a node: where it leads, and which one it is. */
  edge(source: GraphNode, handle: string, target: string): string;
}

/** Pixels of a box whose file gives no size. */
const SIZE = { width: 244, height: 72 };
/** Of the mark at which a run through a container begins; so small it has no words. */
const MARK = { width: 44, height: 48 };
/** Of its head, in whose middle lines arrive. */
const HEAD = 36;

/**
 * A graph as it is drawn, with what a run has come to. Boxes come in the order of their columns, which is how they are
 * walked.
 * @param marks  by node id; undefined: no run is shown
 */
export function canvasOf(
  { workflow }: GraphDefinition,
  words: GraphWords,
  marks?: ReadonlyMap<string, StepMark>,
): { readonly nodes: readonly NodeBoxView[]; readonly edges: readonly CanvasEdge[] } {
  const { nodes, edges } = workflow.graph;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const drawn = edges.filter(({ source, target }) => byId.has(source) && byId.has(target));
  const nameOf = (id: string) => {
    const node = byId.get(id);
    return node ? titleOf(node, words) : id;
  };
  const connections = connectionsOf(drawn, nameOf, words);
  const boxes = nodes.map((node) => boxOf(node, byId, words, connections.get(node.id), marks));
  const isOrdered = boxes.toSorted((a, b) => Number(isBehind(b)) - Number(isBehind(a)) || a.x - b.x || a.y - b.y);
  return {
    nodes: isOrdered,
    edges: drawn.map((edge) => {
      const source = byId.get(edge.source);
      return lineOf(edge, source ? words.edge(source, edge.sourceHandle, nameOf(edge.target)) : '', marks);
    }),
  };
}

/** Of each node, what it is connected with: "from Start; to Answer, Retrieve". */
function connectionsOf(
  edges: readonly GraphEdge[],
  nameOf: (id: string) => string,
  words: GraphWords,
): ReadonlyMap<string, string> {
  const ends = new Map<string, { readonly before: Set<string>; readonly after: Set<string> }>();
  const at = (id: string) => {
    const known = ends.get(id) ?? { before: new Set(), after: new Set() };
    ends.set(id, known);
    return known;
  };
  for (const { source, target } of edges) {
    at(source).after.add(nameOf(target));
    at(target).before.add(nameOf(source));
  }
  return new Map(
    [...ends].map(([id, { before, after }]) => [
      id,
      [before.size > 0 && words.from([...before]), after.size > 0 && words.to([...after])].filter(Boolean).join('; '),
    ]),
  );
}

/** Files of others give no name to where a container begins. */
function titleOf(node: GraphNode, words: GraphWords): string {
  const { title, type } = node.data;
  return title || (isNote(node) ? '' : words.type(type));
}

const isBehind = ({ isContainer }: CanvasNode) => isContainer === true;

function boxOf(
  node: GraphNode,
  byId: ReadonlyMap<string, GraphNode>,
  words: GraphWords,
  connections: string | undefined,
  marks: ReadonlyMap<string, StepMark> | undefined,
): NodeBoxView {
  const { type } = node.data;
  const title = titleOf(node, words);
  const isContainer = type === 'iteration' || type === 'loop';
  const mark = marks && (marks.get(node.id) ?? (isNote(node) ? undefined : { state: 'notReached' as const }));
  const summary = summaryOf(node, (id) => byId.get(id)?.data.title);
  const what = [words.type(type), summary].filter(Boolean).join(' · ');
  // what can be seen comes first and in its order: who speaks to the computer says that
  const parts = [title, what, mark?.why, mark?.footer, mark && words.state(mark.state)];
  const [home] = homesIn(byId, node);
  const isMark = type === 'iteration-start' || type === 'loop-start';
  return {
    id: node.id,
    ...placeOf(node, byId),
    ...(isMark ? MARK : isContainer || isNote(node) ? givenSize(node) : stepSize(marks !== undefined)),
    label: parts.filter(Boolean).join(', '),
    ...(connections && { description: connections }),
    isContainer,
    color: colorOf(type),
    ...{ title, type },
    ...(home && { home: home.id }),
    ...(summary && { summary }),
    ...(mark && { state: mark.state }),
    ...(mark?.footer && { footer: mark.footer }),
    ...(mark?.why && { why: mark.why }),
    ...(isNote(node) && { text: plainText(node.data['text']) }),
  };
}

/** Positions inside a container are from its corner. */
function placeOf(node: GraphNode, byId: ReadonlyMap<string, GraphNode>): { readonly x: number; readonly y: number } {
  const around = [node, ...homesIn(byId, node)];
  const sum = (lengths: readonly unknown[]) => lengths.reduce<number>((total, one) => total + number(one), 0);
  return { x: sum(around.map(({ position }) => position.x)), y: sum(around.map(({ position }) => position.y)) };
}

/** The containers around a node, from the inside out. A file may say that they stand in each other. */
function homesIn(byId: ReadonlyMap<string, GraphNode>, node: GraphNode): readonly GraphNode[] {
  // `parentId`, the last, is the nearest
  const around = (inner: GraphNode) =>
    homesOf(inner)
      .flatMap((id) => byId.get(id) ?? [])
      .at(-1);
  const homes = new Set<GraphNode>();
  for (let home = around(node); home && home !== node && !homes.has(home); home = around(home)) homes.add(home);
  return [...homes];
}

function lineOf(edge: GraphEdge, label: string, marks: ReadonlyMap<string, StepMark> | undefined): CanvasEdge {
  const look = marks && lookOf(edge, marks);
  return {
    id: edge.id,
    source: edge.source,
    target: edge.target,
    label,
    sourceY: HEAD / 2,
    targetY: HEAD / 2,
    ...(look && { look }),
  };
}

function lookOf({ source, sourceHandle, target }: GraphEdge, marks: ReadonlyMap<string, StepMark>): CanvasEdge['look'] {
  const [from, to] = [marks.get(source), marks.get(target)];
  if (!from || !to) return undefined;
  if (to.state === 'skipped' || from.state === 'skipped') return 'skipped';
  if (from.exit !== undefined && from.exit !== sourceHandle) return 'skipped';
  return to.state === 'running' || to.state === 'retrying' || to.state === 'recovering' ? 'live' : 'taken';
}

/** Files of others hold anything. */
function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function stepSize(hasFoot: boolean): typeof SIZE {
  return { width: SIZE.width, height: SIZE.height + (hasFoot ? 24 : 0) };
}

function givenSize(node: GraphNode): typeof SIZE {
  return { width: sizeOf(node['width'], SIZE.width), height: sizeOf(node['height'], 160) };
}

function sizeOf(value: unknown, otherwise: number): number {
  const size = number(value);
  return size > 0 ? size : otherwise;
}

/** The words of a note, whose text is the tree of an editor as JSON. */
function plainText(text: unknown): string {
  if (typeof text !== 'string') return '';
  try {
    return textsIn(JSON.parse(text)).join(' ');
  } catch {
    return text;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { text } = value as { readonly text?: unknown };
  return [...(typeof text === 'string' ? [text] : []), ...Object.values(value).flatMap(textsIn)];
}
