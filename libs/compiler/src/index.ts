export { compile, hashOf, type CompileResult } from './compile.js';
export type { CompileIssue } from './compile-issue.js';
export type {
  AnyNodeDefinition,
  ConfigIssue,
  DataPath,
  LowerContext,
  Lowered,
  NodeDefinition,
  NodePlace,
  Reference,
} from './node-definition.js';
