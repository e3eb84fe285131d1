export { createHttpCodeRunner } from './code-runner.js';
