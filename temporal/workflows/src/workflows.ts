// The entry of the bundle. Every export can be started by its name and the default export serves all other names,
// so nothing but the run workflow stands here.
export { run as default } from './run.workflow.js';
