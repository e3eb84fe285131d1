export {
  type AppIdentity,
  CURRENT_VERSION,
  type Definition,
  type DefinitionVariable,
  type Graph,
  type GraphDefinition,
  type GraphEdge,
  type GraphMode,
  type GraphNode,
  hasGraph,
  homesOf,
  isNote,
  isUnsafeName,
  type NodeData,
  type Position,
  type SettingsDefinition,
  type Viewport,
  type Workflow,
} from './definition.js';
export { type DocumentPath, hasErrors, type Issue, limitIssues, pathText, type Severity } from './issue.js';
export { applyEdit, type Edit, type Edited } from './edit.js';
export { listNamedModels, type ModelPlace, type NamedModel, replaceModels } from './named-models.js';
export { definitionFrom, parseDefinition } from './parse.js';
export { printDefinition } from './print.js';
export { MAX_FILE_BYTES, MAX_TEXT_BYTES } from './text-limits.js';
