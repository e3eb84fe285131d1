export type { RenderLimits } from './budget.js';
export { templateErrors } from './errors.js';
export { MAX_SOURCE_CHARS } from './syntax/parse.js';
export { parseTemplate, renderTemplate, type ParsedTemplate } from './template.js';
