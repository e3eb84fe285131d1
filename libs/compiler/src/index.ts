export type {
  AnyNodeDefinition,
  ConfigIssue,
  DataPath,
  LowerContext,
  Lowered,
  NodeDefinition,
  Reference,
} from './node-definition.js';
