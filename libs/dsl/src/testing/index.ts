export { buildDefinition, buildEdge, buildNode, buildVariable, type DefinitionParts } from './build-definition.js';
export { describePublicAppFiles, publicAppFiles } from './public-app-files.js';
