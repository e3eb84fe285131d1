import { bundleWorkflowCode } from '@temporalio/worker';

/**
 * Bundles workflow code for Temporal's sandbox. The syntax of today's Node stays as it is: the bundler's own target
 * would spell out every Unicode class and every spread, twice the code and slower.
 */
export function bundleWorkflows(workflowsPath, logger) {
  return bundleWorkflowCode({ workflowsPath, logger, webpackConfigHook: keepSyntax });
}

function keepSyntax(config) {
  const swc = config.module.rules.find(({ use }) => use?.loader?.includes('swc-loader'));
  if (!swc) throw new Error('The bundler of workflow code no longer compiles TypeScript with swc-loader.');
  swc.use.options.jsc.target = 'es2022';
  return config;
}
