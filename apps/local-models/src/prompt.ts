import type { Json, JsonObject } from '@tenon/base';
import type { PromptPiece } from './engine.js';

/** A call that the model made in an earlier turn; `arguments` is JSON text. */
export interface PastCall {
  readonly name: string;
  readonly arguments: string;
}

export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
  readonly calls: readonly PastCall[];
}

/** A tool as the caller described it. */
export interface PromptTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** What the model family's own template says where nobody says anything. */
const DEFAULT_SYSTEM_TEXT = 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.';

/**
 * Writes a conversation the way the Qwen 2.5 family was trained on it (ChatML, tools as in its published template),
 * ending where the model's answer begins. Text of messages is never a control piece, so it cannot end its own turn.
 */
export function buildPrompt(messages: readonly PromptMessage[], tools: readonly PromptTool[]): PromptPiece[] {
  const [first, ...others] = messages;
  const hasSystem = first?.role === 'system';
  const system = (hasSystem ? first.text : DEFAULT_SYSTEM_TEXT) + (tools.length > 0 ? toolText(tools) : '');
  const pieces = turn('system', system);
  const rest = hasSystem ? others : messages;
  for (let index = 0; index < rest.length; index++) {
    const message = rest[index] as PromptMessage;
    if (message.role !== 'tool') {
      pieces.push(...turn(message.role, message.role === 'assistant' ? assistantText(message) : message.text));
      continue;
    }
    // Results of one round of calls share a turn.
    const results: string[] = [];
    for (; rest[index]?.role === 'tool'; index++)
      results.push(`<tool_response>\n${rest[index]?.text}\n</tool_response>`);
    index--;
    pieces.push(...turn('user', results.join('\n')));
  }
  pieces.push(control('<|im_start|>'), words('assistant\n'));
  return pieces;
}

const control = (text: string): PromptPiece => ({ text, isControl: true });
const words = (text: string): PromptPiece => ({ text, isControl: false });

function turn(role: string, text: string): PromptPiece[] {
  return [control('<|im_start|>'), words(`${role}\n${text}`), control('<|im_end|>'), words('\n')];
}

function assistantText({ text, calls }: PromptMessage): string {
  const written = calls.map((call) => `<tool_call>\n${callText(call)}\n</tool_call>`);
  return [...(text ? [text] : []), ...written].join('\n');
}

function callText({ name, arguments: text }: PastCall): string {
  return `{"name": ${JSON.stringify(name)}, "arguments": ${text.trim() || '{}'}}`;
}

function toolText(tools: readonly PromptTool[]): string {
  const signatures = tools.map((tool) => spaced({ type: 'function', function: { ...tool } }));
  return `

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
${signatures.join('\n')}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call>`;
}

/** JSON with a blank after each comma and colon, as in the model's training texts. */
function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${spaced(item as Json)}`);
    return `{${entries.join(', ')}}`;
  }
  return JSON.stringify(value);
}
