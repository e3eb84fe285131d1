import { defineErrors } from '@tenon/base';

/** Failures any step may come to. */
export const stepErrors = defineErrors('step', {
  /** A pure function would take too long where it runs; the same function may do elsewhere. */
  outOfFuel: 'invalid',
});

/** Failures of reading a value. */
export const variableErrors = defineErrors('variable', {
  notFound: 'invalid',
  required: 'invalid',
  invalid: 'invalid',
});

/** Failures of assembling a prompt. */
export const promptErrors = defineErrors('prompt', {
  empty: 'invalid',
  invalidContext: 'invalid',
  rolePrefixMissing: 'invalid',
});

/** Failures of reading a model's reply. */
export const replyErrors = defineErrors('reply', {
  /** A classifier's reply is not the JSON it was asked for. */
  unreadable: 'invalid',
  /** A reply that should follow a schema does not. */
  schemaMismatch: 'invalid',
  schemaMissing: 'invalid',
  schemaInvalid: 'invalid',
  schemaUnsupported: 'invalid',
});

/** Failures of a web request that its author can correct, and of its answer. */
export const requestErrors = defineErrors('request', {
  invalidMethod: 'invalid',
  invalidUrl: 'invalid',
  invalidHeader: 'invalid',
  invalidBody: 'invalid',
  invalidAuthorization: 'invalid',
  missingFile: 'invalid',
  filesTooLarge: 'invalid',
  replyTooLarge: 'invalid',
  badStatus: 'invalid',
});

/** Failures of what an author's code returned. */
export const outputErrors = defineErrors('output', {
  invalid: 'invalid',
  undeclared: 'invalid',
  tooDeep: 'invalid',
  notMapping: 'invalid',
});

/** Failures of searching knowledge. */
export const knowledgeErrors = defineErrors('knowledge', { invalidQuery: 'invalid', missing: 'invalid' });
