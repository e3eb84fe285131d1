import { defineErrors } from '@tenon/base';
import { codeErrors, modelErrors, objectErrors, outboundErrors } from '@tenon/ports';
import { outputErrors, requestErrors, stepErrors } from './errors.js';
import { expectedFailure, failureOf } from './failure.js';

describe('failures of steps', () => {
  it.each([
    [modelErrors.rateLimited('slow down'), 'InvokeRateLimitError'],
    [modelErrors.notConfigured('no'), 'ModelNotExistError'],
    [codeErrors.timedOut('too slow'), 'CodeExecutionError'],
    [outboundErrors.blockedAddress('no'), 'HttpRequestNodeError'],
    [outboundErrors.tooLarge('no'), 'ResponseSizeError'],
    [requestErrors.badStatus('no'), 'HTTPResponseCodeError'],
    [outputErrors.undeclared('no'), 'CodeNodeError'],
    [objectErrors.full('no'), 'WorkflowNodeError'],
  ])('have the name that the format gives them: %s', (error, type) => {
    expect(failureOf(error)).toMatchObject({ code: error.code, type, message: error.message });
  });

  it('have a name for every error of a model', () => {
    for (const make of Object.values(modelErrors)) expect(failureOf(make('no')).type).not.toBe('WorkflowNodeError');
  });

  it('say how long to wait and keep particulars', () => {
    const error = modelErrors.rateLimited('slow down', { retryAfterMs: 2000, details: { limit: 3 } });
    expect(failureOf(error)).toMatchObject({ retryAfterMs: 2000, details: { limit: 3 } });
    expect(Object.keys(failureOf(modelErrors.rateLimited('x'))).sort()).toEqual(['code', 'message', 'type']);
  });

  it('keep the particulars of our own faults to the log', () => {
    for (const error of [new TypeError('secret'), 'secret'])
      expect(failureOf(error)).toMatchObject({ message: expect.not.stringContaining('secret') as string });
  });

  it('do not stand for faults or a lack of fuel in a pure function', () => {
    expect(() => expectedFailure(new TypeError('fault'))).toThrow('fault');
    expect(() => expectedFailure(stepErrors.outOfFuel('more'))).toThrow('more');
    const condition = defineErrors('condition', { wrongType: 'invalid' });
    expect(expectedFailure(condition.wrongType('no'))).toMatchObject({
      ok: false,
      failure: { code: 'condition.wrongType' },
    });
  });
});
