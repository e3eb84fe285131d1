import { HISTORY_LIMITS } from '../../../workflows/src/history-budget.js';

/** The workflow with histories that are long after six calls. */
HISTORY_LIMITS.events = 30;

export { run as default } from '../../../workflows/src/run.workflow.js';
