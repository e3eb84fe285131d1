import type { Edge, Graph, Layout, Node } from '@swimlane/ngx-graph';
import type { CanvasEdge, CanvasNode } from './canvas-graph.js';
import { route } from './route.js';

/** A box as the drawing library has it. */
export interface DrawnNode extends Node {
  readonly data: { readonly node: CanvasNode };
}

/** A line as the drawing library has it. */
export interface DrawnEdge extends Edge {
  readonly data: { readonly edge: CanvasEdge };
}

/** Leaves every box where it is and draws the lines between them. */
export class FixedLayout implements Layout {
  /** Two boxes may have several lines between them. */
  readonly settings = { multigraph: true };

  run(graph: Graph): Graph {
    const nodes = graph.nodes as DrawnNode[];
    const byId = new Map(nodes.map((node) => [node.id, node.data.node]));
    for (const node of nodes) {
      const { x, y, width, height } = node.data.node;
      node.dimension = { width, height };
      node.position = { x: x + width / 2, y: y + height / 2 };
    }
    for (const edge of graph.edges as DrawnEdge[]) {
      const [source, target] = [byId.get(edge.source), byId.get(edge.target)];
      if (source && target) edge.points = route(source, target, edge.data.edge);
    }
    graph.edgeLabels = graph.edges;
    return graph;
  }

  updateEdge(graph: Graph): Graph {
    return this.run(graph);
  }
}
