import { bundleWorkflowCode } from '@temporalio/worker';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);

/**
 * Loaded once for all workflows of a thread instead of once for each, as is the workflow code: they keep nothing
 * between calls but what follows from a plan alone.
 */
const STATELESS = ['@tenon/base', '@tenon/engine', '@tenon/nodes/inline'].map((name) => resolve(name));

/**
 * Bundles workflow code for Temporal's sandbox. The syntax of today's Node stays as it is: the bundler's own target
 * would spell out every Unicode class and every spread, twice the code and slower.
 * `preloadModules` are loaded once for all workflows of a thread, so they may keep nothing of one.
 */
export function bundleWorkflows(workflowsPath, logger, { preloadModules = [...STATELESS, workflowsPath] } = {}) {
  return bundleWorkflowCode({ workflowsPath, logger, webpackConfigHook: keepSyntax, preloadModules });
}

function keepSyntax(config) {
  const swc = config.module.rules.find(({ use }) => use?.loader?.includes('swc-loader'));
  if (!swc) throw new Error('The bundler of workflow code no longer compiles TypeScript with swc-loader.');
  swc.use.options.jsc.target = 'es2022';
  return config;
}
