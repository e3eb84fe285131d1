export { createHttpCodeRunner, type HttpCodeRunnerOptions } from './code-runner.js';
