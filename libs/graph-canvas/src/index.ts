export type { CanvasEdge, CanvasGraph, CanvasNode, Detail, WalkedEdge } from './canvas-graph.js';
export { GraphCanvas } from './graph-canvas.js';
