import { isTenonError, type JsonObject } from '@tenon/base';
import { encode, type Failure, type StepResult } from '@tenon/engine';
import type { OutboundReply } from '@tenon/ports';
import { requestErrors } from '../run/errors.js';
import { failed, failureOf } from '../run/failure.js';
import { hideInShown, hideSecrets, longSecrets } from '../run/mask.js';
import type { StepActivity, StepCall, StepPorts } from '../run/step-activity.js';
import type { HttpInstruction } from './definition.js';
import { createFileReader, storeFile } from './files.js';
import { MAX_FILE_BYTES, readReply, type ReplyContent } from './reply.js';
import { buildRequest } from './request.js';
import { showRequest } from './shown-request.js';

/** Most of an answer's text that people are shown beside the step, in characters. */
const MAX_SHOWN = 16_384;

/** Sends the request and reads the answer. */
export const activity: StepActivity<HttpInstruction> = async (call, { http, objects }) => {
  try {
    return await send(call, http, objects);
  } catch (error) {
    if (!isTenonError(error)) throw error;
    // a failure may name the address, and the address may hold a secret
    return { ok: false, failure: hidden(failureOf(error), call.secrets) };
  }
};

function hidden(failure: Failure, secrets: readonly string[]): Failure {
  const { message, details } = failure;
  const shown = { ...failure, message: hideInShown(message, secrets) };
  return details ? { ...shown, details: hideInShown(details, secrets) } : shown;
}

async function send(
  call: StepCall<HttpInstruction>,
  http: StepPorts['http'],
  objects: StepPorts['objects'],
): Promise<StepResult> {
  const { config, lookup, teamId, secrets, signal } = call;
  const { timeouts, verifyTls } = config;
  const fetchFile = createFileReader({ teamId, objects, http, timeouts, signal });
  const request = await buildRequest(config, lookup, fetchFile, call.idempotencyKey);
  call.record({ request: await showRequest(request, config, lookup, secrets, call.idempotencyKey) });
  const { method, url, headers, body } = request;
  const reply = await http.request({
    method,
    url,
    headers,
    ...(body === undefined ? {} : { body }),
    timeouts,
    verifyTls,
    maxBodyBytes: MAX_FILE_BYTES,
    signal,
  });
  const content = readReply(reply);
  call.record({ reply: hideInShown(shownReply(reply, content), secrets) });
  const outputs = {
    status_code: reply.status,
    // a server may repeat what it was sent, which nobody has asked it for
    body: content.kind === 'text' ? hideSecrets(content.text, longSecrets(secrets)) : '',
    headers: hideSecrets(encode(reply.headers), longSecrets(secrets)),
    files: content.kind === 'file' ? [await storeFile(content, reply.body, teamId, objects)] : [],
  };
  if (!config.failsOnStatus || (reply.status >= 200 && reply.status < 300)) return { ok: true, outputs };
  return failed(requestErrors.badStatus(`Request failed with status code ${reply.status}`), outputs);
}

function shownReply({ status, headers, body }: OutboundReply, content: ReplyContent): JsonObject {
  if (content.kind === 'file') return { status, headers, file: content.filename, sizeBytes: body.byteLength };
  const { text } = content;
  return { status, headers, body: text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text };
}
