import { defineErrors, isJsonObject, type Json, type JsonObject } from '@tenon/base';
import type { StartRunInput } from './run.types.js';

const channelErrors = defineErrors('channel', { invalid: 'invalid' });
const inputErrors = defineErrors('input', { notAnObject: 'invalid' });

/** What names a channel: `console`, `cli`, or a name of the caller's own. */
const CHANNEL = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * What is to be known of a request before its app is looked up: its inputs are an object, empty where none are given.
 * @throws input.notAnObject, channel.invalid
 */
export function checkStart(request: StartRunInput): { readonly inputs: JsonObject; readonly channel: string } {
  const { channel } = request;
  const inputs = (request.inputs ?? {}) as Json;
  if (!isJsonObject(inputs)) {
    const message = 'Inputs must be a JSON object.';
    throw inputErrors.notAnObject(message, { details: { problems: [{ message, path: ['inputs'] }] } });
  }
  if (!CHANNEL.test(channel)) {
    const message = 'A channel is up to 32 small letters, digits and hyphens, and begins with a letter.';
    throw channelErrors.invalid(message, { details: { problems: [{ message, path: ['channel'] }] } });
  }
  return { inputs, channel };
}
