import type { Edge, Graph, Layout, Node } from '@swimlane/ngx-graph';
import type { CanvasNode } from './canvas-graph.js';
import type { Line } from './near.js';
import { route } from './route.js';

/** A box as the drawing library has it. */
export interface DrawnNode extends Node {
  readonly data: { readonly node: CanvasNode };
}

/** A line as the drawing library has it. */
export interface DrawnEdge extends Edge {
  /** Not among its `data`, which the library compares as text. */
  readonly way: Line;
}

/** Leaves every box where it is and draws the lines between them, also to boxes that are not drawn. */
export class FixedLayout implements Layout {
  /** Two boxes may have several lines between them. */
  readonly settings = { multigraph: true };

  run(graph: Graph): Graph {
    for (const node of graph.nodes as DrawnNode[]) {
      const { x, y, width, height } = node.data.node;
      node.dimension = { width, height };
      node.position = { x: x + width / 2, y: y + height / 2 };
    }
    for (const drawn of graph.edges as DrawnEdge[]) {
      const { source, target, edge } = drawn.way;
      drawn.points = route(source, target, edge);
    }
    graph.edgeLabels = graph.edges;
    return graph;
  }

  updateEdge(graph: Graph): Graph {
    return this.run(graph);
  }
}
