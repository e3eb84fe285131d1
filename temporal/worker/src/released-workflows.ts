import type { Logger } from '@tenon/ports';
import type { ActivityInterceptorsFactory, NativeConnection } from '@temporalio/worker';

/**
 * Around a long activity that is executed again: its worker was most likely lost, and the workflow's next task would
 * wait for that worker first. It goes to whoever is there instead; a worker that is there after all only loads the
 * workflow again.
 */
export function createWorkflowRelease(
  { workflowService }: NativeConnection,
  namespace: string,
  logger: Logger,
): ActivityInterceptorsFactory {
  return ({ info: { isLocal, attempt, workflowExecution: execution } }) => {
    if (isLocal || attempt === 1 || !execution) return {};
    return {
      inbound: {
        execute: async (input, next) => {
          await workflowService
            .resetStickyTaskQueue({ namespace, execution })
            .catch((error: unknown) => logger.debug({ error: String(error) }, 'a workflow could not be released'));
          return next(input);
        },
      },
    };
  };
}
