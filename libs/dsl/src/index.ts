export { MAX_EDGES, MAX_NODES, MAX_VARIABLE_BYTES } from './check-document.js';
export {
  CURRENT_VERSION,
  type AppIdentity,
  type Definition,
  type DefinitionVariable,
  type Graph,
  type GraphDefinition,
  type GraphEdge,
  type GraphMode,
  type GraphNode,
  hasGraph,
  homesOf,
  isGraphMode,
  isNote,
  isUnsafeName,
  type NodeData,
  type Position,
  type SettingsDefinition,
  type Viewport,
  type Workflow,
} from './definition.js';
export {
  type DocumentPath,
  hasErrors,
  type Issue,
  ISSUE_LIMIT,
  limitIssues,
  pathText,
  type Severity,
} from './issue.js';
export { applyEdit, type Edit, type Edited } from './edit.js';
export { definitionFrom, parseDefinition, type ParseResult } from './parse.js';
export { printDefinition, type PrintOptions } from './print.js';
export { MAX_DEPTH, MAX_TEXT_BYTES, MAX_VALUES } from './text-limits.js';
export { compareVersions, type ImportStatus } from './version.js';
