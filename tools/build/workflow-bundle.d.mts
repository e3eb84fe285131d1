import type { Logger, WorkflowBundleWithSourceMap } from '@temporalio/worker';

/**
 * Bundles workflow code for Temporal's sandbox, as the build does.
 * @param workflowsPath absolute path of the entry, whose default export serves every workflow type
 * @param options.preloadModules loaded once for all workflows of a thread; our stateless packages when left out
 */
export function bundleWorkflows(
  workflowsPath: string,
  logger: Logger,
  options?: { readonly preloadModules?: readonly string[] | undefined },
): Promise<WorkflowBundleWithSourceMap>;
