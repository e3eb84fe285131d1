export { compile, type CompileResult, hashOf } from './compile.js';
export type { CompileIssue } from './compile-issue.js';
export type { AnyNodeDefinition, ConfigIssue, DataPath, NodeDefinition, Reference } from './node-definition.js';
