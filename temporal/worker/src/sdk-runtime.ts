import type { Logger } from '@tenon/ports';
import { makeTelemetryFilterString, Runtime, type Logger as SdkLogger, type LogLevel } from '@temporalio/worker';

/**
 * Makes the SDK a part of this process: its lines go through our logger, and it leaves signals to us. Once per process,
 * before anything else of the SDK.
 */
export function installSdkRuntime(logger: Logger): void {
  Runtime.install({
    logger: forwardTo(logger),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
    shutdownSignals: [],
  });
}

const LEVELS = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
/** Said of every failed activity, also when it is repeated a moment later and nothing is lost. */
const EXPECTED = /^Activity failed$|^Activity cancelled$/;

/** The SDK's lines by our levels; what it tells of its own course is for debugging. */
export function forwardTo(logger: Logger): SdkLogger {
  const log = (level: LogLevel, message: string, meta: object = {}) => {
    const fields = inOurWords(meta as Record<string, unknown>);
    logger[EXPECTED.test(message) && level === 'WARN' ? 'info' : LEVELS[level]](fields, message);
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

/** What the server calls a run is one of its histories; our ids stand in those of the workflow and the activity. */
function inOurWords(meta: Record<string, unknown>): Record<string, unknown> {
  const { taskToken: _noise, runId: historyId, workflowId, activityId, ...fields } = meta;
  const [, runId] = /^run\/(.+)$/.exec(String(workflowId)) ?? [];
  const [, stepKey, attempt] = /^(.+)#(\d+)$/.exec(String(activityId)) ?? [];
  return {
    ...fields,
    ...(historyId !== undefined && { historyId }),
    ...(runId ? { runId } : workflowId !== undefined && { workflowId }),
    ...(stepKey
      ? { stepKey, attempt: Number(attempt), execution: meta['attempt'] }
      : activityId !== undefined && { activityId }),
  };
}
