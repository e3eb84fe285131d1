export type { CanvasEdge, CanvasGraph, CanvasNode, Detail } from './canvas-graph.js';
export { GraphCanvas } from './graph-canvas.js';
