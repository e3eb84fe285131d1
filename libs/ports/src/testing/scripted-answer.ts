import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScriptedFault, ScriptedPrompt, ScriptedReply, ScriptedToolCall } from './scripted-rule.js';

/** One answer in the making: whose it is, what to say, what goes wrong, and how to hold it. */
export interface ScriptedAnswer {
  readonly response: ServerResponse;
  readonly index: number;
  readonly isChat: boolean;
  readonly isStream: boolean;
  readonly hasUsage: boolean;
  readonly prompt: ScriptedPrompt;
  readonly reply: ScriptedReply;
  readonly fault?: ScriptedFault;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  hold(): Promise<void>;
  /** Every answer waits before its first piece. */
  readonly isPaused: boolean;
}

type Piece = { readonly delta: Record<string, unknown> };

/** Writes the answer. True when it went out whole, false when the script broke it. Throws when the client leaves. */
export async function writeAnswer(answer: ScriptedAnswer): Promise<boolean> {
  const { fault, response, signal } = answer;
  if (answer.isPaused) await answer.hold();
  if (answer.reply.firstTokenMs) await delay(answer.reply.firstTokenMs, undefined, { signal });
  switch (fault?.kind) {
    case 'status':
      return writeStatus(response, fault);
    case 'reset':
      response.socket?.resetAndDestroy();
      return false;
    case 'neverAnswers':
      await untilAborted(signal);
      return false;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A web site</title>');
      return false;
    case 'trickle':
      return trickle(answer, fault);
    default:
      return answer.isStream ? writeStream(answer) : writeWhole(answer);
  }
}

/** Answers with an error in the vendor's form. */
export function writeError(response: ServerResponse, status: number, error: Record<string, unknown>): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

function writeStatus(response: ServerResponse, fault: Extract<ScriptedFault, { kind: 'status' }>): boolean {
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
  if (fault.retryAfter !== undefined) response.setHeader('retry-after', String(fault.retryAfter));
  const message = fault.message ?? `Scripted status ${fault.status}.`;
  writeError(response, fault.status, {
    message,
    code: fault.code ?? null,
    param: fault.param ?? null,
    type: 'scripted',
  });
  return false;
}

async function writeStream(answer: ScriptedAnswer): Promise<boolean> {
  const { fault, reply, response, signal } = answer;
  const breaksAfter = fault && 'after' in fault ? (fault.after ?? 1) : isBreaking(fault) ? 1 : Infinity;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const pieces = fault?.kind === 'emptyChoices' ? [] : listPieces(reply);
  for (const [position, piece] of pieces.entries()) {
    if (position === breaksAfter) return breakStream(answer);
    if (position === reply.holdAfter) await answer.hold();
    if (position > 0 && reply.betweenMs) await delay(reply.betweenMs, undefined, { signal });
    signal.throwIfAborted();
    send(response, chunk(answer, piece.delta, null));
  }
  if (pieces.length <= breaksAfter && breaksAfter !== Infinity) return breakStream(answer);
  if (reply.holdAfter !== undefined && reply.holdAfter >= pieces.length) await answer.hold();
  if (fault?.kind === 'emptyChoices') send(response, { ...envelope(answer), choices: [] });
  else send(response, chunk(answer, {}, finishReason(reply)));
  if (answer.hasUsage) send(response, { ...envelope(answer), choices: [], usage: usageOf(answer) });
  response.end(fault?.kind === 'missingDone' ? undefined : 'data: [DONE]\n\n');
  return fault === undefined;
}

async function writeWhole(answer: ScriptedAnswer): Promise<boolean> {
  const { fault, reply, response, signal } = answer;
  if (reply.holdAfter !== undefined) await answer.hold();
  const text = JSON.stringify(wholeBody(answer));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  signal.throwIfAborted();
  if (fault?.kind === 'cutStream') {
    response.write(text.slice(0, text.length / 2), () => response.destroy());
    return false;
  }
  const isBroken = fault?.kind === 'brokenJson';
  response.end(isBroken ? text.slice(0, -2).padEnd(Buffer.byteLength(text), ' ') : text);
  return fault === undefined;
}

function wholeBody(answer: ScriptedAnswer): object {
  const { fault, reply } = answer;
  const usage = reply.usage === null ? {} : { usage: usageOf(answer) };
  const content = textPieces(reply).join('');
  const message = {
    role: 'assistant',
    content,
    ...(reply.reasoning === undefined ? {} : { reasoning_content: split(reply.reasoning).join('') }),
    ...(reply.toolCalls ? { tool_calls: reply.toolCalls.map(toolCall) } : {}),
  };
  const choice = { index: 0, finish_reason: finishReason(reply), ...(answer.isChat ? { message } : { text: content }) };
  return { ...envelope(answer), choices: fault?.kind === 'emptyChoices' ? [] : [choice], ...usage };
}

/** Some pieces, then one byte of an endless event per interval, until the client leaves. */
async function trickle(
  answer: ScriptedAnswer,
  { everyMs, after = 0 }: Extract<ScriptedFault, { kind: 'trickle' }>,
): Promise<never> {
  const { reply, response, signal } = answer;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const { delta } of listPieces(reply).slice(0, after)) send(response, chunk(answer, delta, null));
  const start = 'data: {"choices":[{"delta":{"content":"';
  for (let position = 0; ; position++) {
    response.write(start[position] ?? 'a');
    await delay(everyMs, undefined, { signal });
  }
}

function breakStream({ fault, response }: ScriptedAnswer): boolean {
  if (fault?.kind === 'brokenJson') response.end('data: {"choices":[{"delta":{"content":"bro\n\ndata: [DONE]\n\n');
  else if (fault?.kind === 'errorInStream') {
    const error = { message: fault.message, code: fault.code ?? null };
    response.end(`data: ${JSON.stringify({ error })}\n\n`);
  } else if (fault?.kind === 'cutStream' && fault.orderly) response.end();
  // the pieces before the cut must arrive: an empty write returns after them
  else response.write(': cut\n\n', () => response.destroy());
  return false;
}

const isBreaking = (fault: ScriptedFault | undefined) =>
  fault?.kind === 'cutStream' || fault?.kind === 'brokenJson' || fault?.kind === 'errorInStream';

function send(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}

function envelope({ index, isChat, isStream, prompt }: ScriptedAnswer): object {
  const object = isChat ? `chat.completion${isStream ? '.chunk' : ''}` : 'text_completion';
  return { id: `scripted-${index}`, object, created: Math.floor(Date.now() / 1000), model: prompt.model };
}

function chunk(answer: ScriptedAnswer, delta: Record<string, unknown>, reason: string | null): object {
  const content = answer.isChat ? { delta } : { text: delta['content'] ?? '' };
  return { ...envelope(answer), choices: [{ index: 0, ...content, finish_reason: reason }] };
}

function listPieces(reply: ScriptedReply): readonly Piece[] {
  const deltas = [
    ...split(reply.reasoning ?? []).map((text) => ({ reasoning_content: text })),
    ...textPieces(reply).map((content) => ({ content })),
    ...(reply.toolCalls ?? []).flatMap(toolCallDeltas),
  ];
  return deltas.map((delta, position) => ({ delta: position === 0 ? { role: 'assistant', ...delta } : delta }));
}

/** The name comes first, then the arguments in two halves, as vendors stream them. */
function toolCallDeltas(call: ScriptedToolCall, index: number): Record<string, unknown>[] {
  const whole = toolCall(call, index);
  const text = whole.function.arguments;
  const half = Math.ceil(text.length / 2);
  const parts = [text.slice(0, half), text.slice(half)].filter((part) => part !== '');
  return [
    { tool_calls: [{ index, id: whole.id, type: 'function', function: { name: call.name, arguments: '' } }] },
    ...parts.map((part) => ({ tool_calls: [{ index, function: { arguments: part } }] })),
  ];
}

function toolCall(call: ScriptedToolCall, index: number) {
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  return { id: call.id ?? `call_${index + 1}`, type: 'function', function: { name: call.name, arguments: text } };
}

const finishReason = (reply: ScriptedReply) => reply.finishReason ?? (reply.toolCalls?.length ? 'tool_calls' : 'stop');

const textPieces = (reply: ScriptedReply) =>
  split(reply.json === undefined ? (reply.text ?? []) : JSON.stringify(reply.json));

function split(text: string | readonly string[]): readonly string[] {
  return typeof text === 'string' ? (text.match(/\s*\S+\s*$|\s*\S+|\s+$/g) ?? []) : text;
}

function usageOf({ prompt, reply }: ScriptedAnswer): object {
  const promptTokens = reply.usage?.promptTokens ?? Math.ceil(prompt.all.length / 4);
  const completionTokens = reply.usage?.completionTokens ?? listPieces(reply).length;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
