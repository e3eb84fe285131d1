export type { RenderLimits } from './budget.js';
export { parseTemplate, renderTemplate } from './template.js';
