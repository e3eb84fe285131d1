import { isTenonError, type TenonError } from '@tenon/base';
import type { Failure, StepResult, Usage } from '@tenon/engine';

/** What the app format calls a failure of ours. Codes that are not here are `WorkflowNodeError` to it. */
const types: Readonly<Record<string, string>> = {
  'variable.notFound': 'VariableNotFoundError',
  'condition.variableNotFound': 'VariableNotFoundError',
  'prompt.empty': 'NoPromptFoundError',
  'prompt.invalidContext': 'InvalidContextStructureError',
  'prompt.rolePrefixMissing': 'MemoryRolePrefixRequiredError',
  'reply.unreadable': 'OutputParserError',
  'reply.schemaMismatch': 'LLMNodeError',
  'reply.schemaMissing': 'LLMNodeError',
  'reply.schemaInvalid': 'LLMNodeError',
  'reply.schemaUnsupported': 'LLMNodeError',
  'model.notConfigured': 'ModelNotExistError',
  'model.notReady': 'InvokeServerUnavailableError',
  'model.notFound': 'InvokeBadRequestError',
  'model.unauthorized': 'InvokeAuthorizationError',
  'model.rateLimited': 'InvokeRateLimitError',
  'model.badRequest': 'InvokeBadRequestError',
  'model.contextTooLong': 'InvokeBadRequestError',
  'model.promptTooLarge': 'InvokeBadRequestError',
  'budget.spent': 'InvokeRateLimitError',
  'model.unavailable': 'InvokeServerUnavailableError',
  'model.brokenReply': 'InvokeServerUnavailableError',
  'model.replyTooLarge': 'InvokeServerUnavailableError',
  'model.unreachable': 'InvokeConnectionError',
  'model.timedOut': 'InvokeConnectionError',
  'model.cutStream': 'InvokeConnectionError',
  'request.invalidMethod': 'InvalidHttpMethodError',
  'request.invalidUrl': 'InvalidURLError',
  'request.invalidHeader': 'HttpRequestNodeError',
  'request.invalidBody': 'RequestBodyError',
  'request.invalidAuthorization': 'AuthorizationConfigError',
  'request.missingFile': 'FileFetchError',
  'request.filesTooLarge': 'FileFetchError',
  'request.replyTooLarge': 'ResponseSizeError',
  'request.badStatus': 'HTTPResponseCodeError',
  'outbound.invalidUrl': 'InvalidURLError',
  'outbound.tooLarge': 'ResponseSizeError',
  'output.invalid': 'OutputValidationError',
  'output.undeclared': 'CodeNodeError',
  'output.tooDeep': 'DepthLimitError',
  'value.tooDeep': 'DepthLimitError',
  'step.inputsTooLarge': 'InputsTooLargeError',
  'output.notMapping': 'CodeExecutionError',
};

/** The same for whole areas, where a code has no name of its own. */
const areas: Readonly<Record<string, string>> = {
  code: 'CodeExecutionError',
  outbound: 'HttpRequestNodeError',
};

/**
 * Any thrown thing as a failure of a step: a `TenonError` by its code, everything else as `step.internal`, whose
 * particulars are for the log and not for the flow.
 */
export function failureOf(error: unknown): Failure {
  if (!isTenonError(error)) {
    const message = 'The step failed because of a fault in Tenon.';
    return { code: 'step.internal', type: 'WorkflowNodeError', message };
  }
  return {
    code: error.code,
    type: types[error.code] ?? areas[error.code.split('.', 1)[0] as string] ?? 'WorkflowNodeError',
    message: error.message,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
  };
}

/** A step's result that is this failure, with outputs where the step has some all the same. */
export function failed(error: TenonError, outputs?: StepResult['outputs']): StepResult {
  return { ok: false, failure: failureOf(error), ...(outputs === undefined ? {} : { outputs }) };
}

/** The result of a step whose function threw. What it has cost by then is paid all the same. */
export function thrownResult(error: unknown, usage: Usage | undefined): Extract<StepResult, { ok: false }> {
  return { ok: false, failure: failureOf(error), ...(usage && { usage }) };
}

/**
 * What a pure function answers to an error: a failure, if the author can do something about it. A lack of fuel and a
 * bug are the driver's business and are thrown on.
 */
export function expectedFailure(error: unknown): StepResult {
  if (!isTenonError(error) || error.kind === 'internal' || error.code === 'step.outOfFuel') throw error;
  return failed(error);
}
