export { spawnCodeRunner, type CodeRunnerProcess } from './code-runner-process.js';
