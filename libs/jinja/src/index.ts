export type { RenderLimits } from './budget.js';
export { renderTemplate } from './template.js';
