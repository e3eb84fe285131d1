import { defineErrors } from '@tenon/base';

/** Failures of a model call, as every chat adapter translates them from its vendor's. */
export const modelErrors = defineErrors('model', {
  notConfigured: 'invalid',
  notReady: 'unavailable',
  notFound: 'invalid',
  unauthorized: 'denied',
  rateLimited: 'limited',
  badRequest: 'invalid',
  contextTooLong: 'invalid',
  promptTooLarge: 'invalid',
  unavailable: 'unavailable',
  unreachable: 'unavailable',
  timedOut: 'unavailable',
  cutStream: 'unavailable',
  brokenReply: 'unavailable',
  replyTooLarge: 'invalid',
});

/** Failures of running an author's code. */
export const codeErrors = defineErrors('code', {
  failed: 'invalid',
  timedOut: 'invalid',
  outOfMemory: 'invalid',
  outputTooLarge: 'invalid',
  packageMissing: 'invalid',
  unavailable: 'unavailable',
});

/** Failures of an outbound request that a flow or a user's URL asked for. */
export const outboundErrors = defineErrors('outbound', {
  invalidUrl: 'invalid',
  blockedAddress: 'denied',
  tooManyRedirects: 'invalid',
  tooLarge: 'invalid',
  timedOut: 'unavailable',
  unreachable: 'unavailable',
  brokenReply: 'unavailable',
  invalidHeader: 'invalid',
  invalidNetwork: 'invalid',
});

/** Failures of the object store. */
export const objectErrors = defineErrors('object', {
  missing: 'missing',
  invalidKey: 'invalid',
  unavailable: 'unavailable',
  full: 'unavailable',
});

/** Failures of keeping and reading secrets. */
export const secretErrors = defineErrors('secret', {
  missing: 'invalid',
  wrongKey: 'invalid',
  isBeingRotated: 'conflict',
});
