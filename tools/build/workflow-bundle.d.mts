import type { Logger, WorkflowBundleWithSourceMap } from '@temporalio/worker';

/**
 * Bundles workflow code for Temporal's sandbox, as the build does.
 * @param workflowsPath absolute path of the entry, whose default export serves every workflow type
 */
export function bundleWorkflows(workflowsPath: string, logger: Logger): Promise<WorkflowBundleWithSourceMap>;
