import { isEncodedFloat, isEncodedInteger, numberOf, type Json, type JsonObject } from '@tenon/base';
import type { ChatMessage, ChatRequest } from '@tenon/ports';

/**
 * What a server was found not to take. Servers call themselves compatible and differ here; each is learnt from the
 * refusal of a request and remembered for the model.
 */
export type Limitation = 'noStreamOptions' | 'noReplySchema' | 'maxCompletionTokens' | 'chatOnly';

/** Fields that are ours to write, whatever an app file's parameters say. Of several replies only one would be read. */
const OWN_FIELDS = new Set([
  'best_of',
  'n',
  'messages',
  'model',
  'prompt',
  'stream',
  'stream_options',
  'tool_choice',
  'tools',
]);

/** True when the request goes to `/completions`. */
export function isCompletion(request: ChatRequest, limitations: ReadonlySet<Limitation>): boolean {
  return request.mode === 'completion' && !limitations.has('chatOnly');
}

/** The body of a streamed chat or completion request. */
export function buildBody(model: string, request: ChatRequest, limitations: ReadonlySet<Limitation>): JsonObject {
  const parameters = readParameters(request, limitations);
  return {
    ...parameters,
    model,
    stream: true,
    ...(limitations.has('noStreamOptions') ? {} : { stream_options: { include_usage: true } }),
    ...(isCompletion(request, limitations) ? { prompt: promptOf(request) } : chatFields(request)),
  };
}

function chatFields(request: ChatRequest): JsonObject {
  const { messages, tools, toolChoice } = request;
  if (!tools?.length) return { messages: messages.map(toMessage) };
  return {
    messages: messages.map(toMessage),
    tools: tools.map(({ name, description, parameters }) => ({
      type: 'function',
      function: { name, description, parameters },
    })),
    ...(toolChoice === undefined
      ? {}
      : { tool_choice: typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: toolChoice } }),
  };
}

function toMessage({ role, content, toolCalls, toolCallId }: ChatMessage): JsonObject {
  const parts =
    typeof content === 'string'
      ? content
      : content.map((part): JsonObject =>
          part.type === 'text'
            ? { type: 'text', text: part.text }
            : { type: 'image_url', image_url: { url: part.url, ...(part.detail ? { detail: part.detail } : {}) } },
        );
  const calls = toolCalls?.map(({ id, name, arguments: text }) => ({
    id,
    type: 'function',
    function: { name, arguments: text },
  }));
  return {
    role,
    // an assistant that only calls tools says nothing; some servers refuse the empty text
    content: calls?.length && parts === '' ? null : parts,
    ...(calls?.length ? { tool_calls: calls } : {}),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
  };
}

function promptOf({ messages }: ChatRequest): string {
  return messages
    .map(({ content }) =>
      typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    )
    .join('\n');
}

/** App files leave unused parameters as null or an empty list, and may name a reply format by a word. */
function readParameters(request: ChatRequest, limitations: ReadonlySet<Limitation>): JsonObject {
  const { json_schema: schemaText, response_format: format, ...others } = request.parameters;
  const given = Object.entries(others).filter(
    ([name, value]) => !OWN_FIELDS.has(name) && value !== null && !(Array.isArray(value) && value.length === 0),
  );
  const parameters = Object.fromEntries(given.map(([name, value]): [string, Json] => [rename(name), toPlain(value)]));
  const replyFormat = limitations.has('noReplySchema') ? undefined : readFormat(request, format, schemaText);
  return { ...parameters, ...(replyFormat === undefined ? {} : { response_format: replyFormat }) };

  function rename(name: string): string {
    return name === 'max_tokens' && limitations.has('maxCompletionTokens') ? 'max_completion_tokens' : name;
  }
}

function readFormat(request: ChatRequest, format: Json | undefined, schemaText: Json | undefined): Json | undefined {
  if (request.replySchema) {
    return { type: 'json_schema', json_schema: { name: 'reply', schema: request.replySchema } };
  }
  if (format === null || format === '' || typeof format !== 'string') return format || undefined;
  if (format !== 'json_schema') return { type: format.toLowerCase() === 'json' ? 'json_object' : format };
  // the settings dialog of other products stores the whole `json_schema` object as text
  const schema = typeof schemaText === 'string' ? parseSchema(schemaText) : schemaText;
  return schema ? { type: 'json_schema', json_schema: schema } : undefined;
}

function parseSchema(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // without a schema the prompt alone asks for the form
    return undefined;
  }
}

function toPlain(value: Json): Json {
  return isEncodedFloat(value) || isEncodedInteger(value) ? numberOf(value) : value;
}
