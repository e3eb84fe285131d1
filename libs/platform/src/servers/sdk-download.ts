import { TestWorkflowEnvironment } from '@temporalio/testing';
import path from 'node:path';
import { TEMPORAL_VERSION } from './temporal-binary.js';

/**
 * Fetches the `temporal` program into `folder` by the download of the Temporal SDK and returns its path. The SDK can only
 * fetch and start at once, so the server it starts is ended again.
 */
export async function fetchTemporalBySdk(folder: string): Promise<string> {
  const version = `v${TEMPORAL_VERSION}`;
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', version, downloadDir: folder, ttl: '100 days' } },
  });
  await environment.teardown();
  return path.join(folder, `temporal-${version}`);
}
