import { isJsonObject, type Json, type JsonObject } from '@tenon/base';
import { z } from 'zod';
import type { Constraint } from './engine.js';
import { chatErrors } from './errors.js';
import { toGrammarSchema } from './grammar-schema.js';
import type { PromptMessage, PromptTool } from './prompt.js';

/** A checked request for an answer. */
export interface ChatCall {
  readonly model: string;
  readonly messages: readonly PromptMessage[];
  /** Those the model may call in this answer. */
  readonly tools: readonly PromptTool[];
  readonly constraint?: Constraint;
  /** The constrained reply is one call. */
  readonly mustCall: boolean;
  readonly maxTokens?: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  readonly isDeterministic: boolean;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** What the publisher of the models recommends. */
const TEMPERATURE = 0.7;
const TOP_P = 0.8;

const contentSchema = z.union([z.string(), z.null(), z.array(z.looseObject({ type: z.string() }))]).optional();
const messageSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: contentSchema,
  tool_call_id: z.string().nullish(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string().nullish(),
        function: z.looseObject({ name: z.string(), arguments: z.string() }),
      }),
    )
    .nullish(),
});
const toolSchema = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string().min(1).max(128),
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.json()).nullish(),
  }),
});
const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(messageSchema).min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.literal('function'), function: z.looseObject({ name: z.string() }) }),
    ])
    .nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.looseObject({ type: z.literal('text') }),
      z.looseObject({ type: z.literal('json_object') }),
      z.looseObject({ type: z.literal('json_schema'), json_schema: z.looseObject({ schema: z.json() }) }),
    ])
    .nullish(),
  choices_only: z.array(z.string().min(1).max(500)).min(1).max(200).nullish(),
  deterministic: z.boolean().nullish(),
  n: z.literal(1, { error: 'only one answer is given' }).nullish(),
  logprobs: z.literal(false, { error: 'probabilities are not given' }).nullish(),
});
type Request = z.infer<typeof requestSchema>;

/**
 * Checks the body of a request. Fields that only tune an answer and are not known here are ignored, as other servers
 * of this interface do; those that would give another kind of answer are refused.
 * @throws chat.invalid_request, chat.unsupported_content, chat.unsupported_parameter, chat.unsupported_schema
 */
export function parseChatRequest(body: unknown): ChatCall {
  const result = requestSchema.safeParse(body);
  if (!result.success) {
    const [issue] = result.error.issues;
    const param = issue?.path.join('.') || 'body';
    throw chatErrors.invalid_request(`${param}: ${issue?.message ?? 'is not valid'}.`, { details: { param } });
  }
  const request = result.data;
  const { tools, mustCall, constraint } = shape(request);
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  return {
    model: request.model,
    messages: readMessages(request.messages),
    tools,
    mustCall,
    ...(constraint ? { constraint } : {}),
    ...(typeof maxTokens === 'number' ? { maxTokens } : {}),
    temperature: request.temperature ?? TEMPERATURE,
    topP: request.top_p ?? TOP_P,
    ...(typeof request.seed === 'number' ? { seed: request.seed } : {}),
    stop: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
    isDeterministic: request.deterministic ?? false,
    stream: request.stream ?? false,
    includeUsage: request.stream_options?.include_usage ?? false,
  };
}

type Shape = Pick<ChatCall, 'tools' | 'mustCall' | 'constraint'>;

/** Which of choices, schema and calls the answer is made of. */
function shape(request: Request): Shape {
  const { choices_only: choices, response_format: format } = request;
  const tools = request.tool_choice === 'none' ? [] : (request.tools ?? []).map(readTool);
  const hasFormat = format !== undefined && format !== null && format.type !== 'text';
  if (choices) {
    if (tools.length > 0) throw together('choices_only', 'tools');
    if (hasFormat) throw together('choices_only', 'response_format');
    if (request.stop) throw together('choices_only', 'stop');
    return { tools, mustCall: false, constraint: { kind: 'choices', choices } };
  }
  if (hasFormat && tools.length > 0) throw together('response_format', 'tools');
  if (hasFormat) {
    const schema = format.type === 'json_schema' ? (format.json_schema.schema as Json) : { type: 'object' };
    return { tools, mustCall: false, constraint: { kind: 'schema', schema: toGrammarSchema(schema) } };
  }
  return callShape(request.tool_choice, tools);
}

function callShape(choice: Request['tool_choice'], tools: readonly PromptTool[]): Shape {
  if (choice === undefined || choice === null || choice === 'auto' || choice === 'none') {
    return { tools, mustCall: false };
  }
  const callable = choice === 'required' ? tools : tools.filter(({ name }) => name === choice.function.name);
  if (callable.length === 0) {
    throw chatErrors.invalid_request('tool_choice: names no tool of this request.', {
      details: { param: 'tool_choice' },
    });
  }
  const calls = callable.map(({ name, parameters }): JsonObject => ({
    type: 'object',
    properties: { name: { enum: [name] }, arguments: argumentsSchema(name, parameters) },
    additionalProperties: false,
  }));
  return { tools, mustCall: true, constraint: { kind: 'schema', schema: { oneOf: calls } } };
}

function argumentsSchema(name: string, parameters: JsonObject): JsonObject {
  const schema = toGrammarSchema(parameters);
  if (schema['type'] === 'object') return schema;
  throw chatErrors.unsupported_schema(`The parameters of the tool "${name}" must be an object.`);
}

function readTool({ function: tool }: z.infer<typeof toolSchema>): PromptTool {
  return {
    name: tool.name,
    description: tool.description ?? '',
    parameters: (tool.parameters as JsonObject | null | undefined) ?? { type: 'object', properties: {} },
  };
}

function readMessages(messages: Request['messages']): PromptMessage[] {
  const called = new Map<string, string>();
  return messages.map((message) => {
    for (const call of message.tool_calls ?? []) if (call.id) called.set(call.id, call.function.name);
    const toolName = message.tool_call_id ? called.get(message.tool_call_id) : undefined;
    return {
      role: message.role === 'developer' ? 'system' : message.role,
      text: readText(message.content),
      calls: (message.tool_calls ?? []).map(({ function: { name, arguments: text } }) => ({ name, arguments: text })),
      ...(toolName === undefined ? {} : { toolName }),
    };
  });
}

function readText(content: z.infer<typeof contentSchema>): string {
  if (typeof content === 'string') return content;
  const texts = (content ?? []).map((part) => {
    if (part.type === 'text' && isJsonObject(part) && typeof part['text'] === 'string') return part['text'];
    throw chatErrors.unsupported_content(`Local models read text only, not "${part.type}".`, {
      details: { param: 'messages' },
    });
  });
  return texts.join('\n');
}

function together(one: string, other: string) {
  return chatErrors.unsupported_parameter(`${one} cannot be used together with ${other}.`, { details: { param: one } });
}
