import { defineErrors } from '@tenon/base';

/** Why a model file could not be obtained. */
export const pullErrors = defineErrors('pull', {
  unknownModel: 'missing',
  busy: 'conflict',
  tooLittleMemory: 'limited',
  diskFull: 'limited',
  noPip: 'unavailable',
  sourceFailed: 'unavailable',
  wrongPiece: 'invalid',
  hashMismatch: 'invalid',
});

/** Why a request for an answer was refused or failed. The code's last part is the `code` of the OpenAI error body. */
export const chatErrors = defineErrors('chat', {
  invalid_request: 'invalid',
  unsupported_content: 'invalid',
  unsupported_parameter: 'invalid',
  unsupported_schema: 'invalid',
  context_length_exceeded: 'invalid',
  model_not_found: 'missing',
  model_not_ready: 'unavailable',
  model_failed: 'unavailable',
  queue_full: 'limited',
});

/** Why a request was refused before it was looked at. */
export const serverErrors = defineErrors('server', { invalid_api_key: 'denied', unknown_url: 'missing' });
