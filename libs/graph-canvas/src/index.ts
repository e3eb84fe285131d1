export type { CanvasEdge, CanvasGraph, CanvasNode } from './canvas-graph.js';
export { GraphCanvas } from './graph-canvas.js';
