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
  /** Of a `tool` message: the tool whose result it is. */
  readonly toolName?: string;
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
 * Writes a conversation in ChatML, as the Qwen 2.5 family was trained on it, ending where the model's answer begins.
 * Tools are announced in the words of its published template. Calls and results stand in plain words instead: models of
 * this size write calls as plain JSON, and after a result in the template's tags they ask for it again.
 * Text of messages is never a control piece, so it cannot end its own turn.
 */
export function buildPrompt(messages: readonly PromptMessage[], tools: readonly PromptTool[]): PromptPiece[] {
  const [first, ...others] = messages;
  const hasSystem = first?.role === 'system';
  const system = (hasSystem ? first.text : DEFAULT_SYSTEM_TEXT) + (tools.length > 0 ? toolText(tools) : '');
  const turns = joinResults(hasSystem ? others : messages).map(({ role, text }) => turn(role, text));
  return [...turn('system', system), ...turns.flat(), control('<|im_start|>'), words('assistant\n')];
}

interface Turn {
  readonly role: string;
  readonly text: string;
}

/** One turn per message, but one for all results that follow each other. */
function joinResults(messages: readonly PromptMessage[]): Turn[] {
  const turns: Turn[] = [];
  let results: string[] = [];
  const close = () => {
    if (results.length > 0) turns.push({ role: 'user', text: `${results.join('\n\n')}\n\n${AFTER_RESULTS}` });
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') results.push(`Result of ${message.toolName ?? 'the call'}:\n${message.text}`);
    else {
      close();
      turns.push({
        role: message.role,
        text: [message.text, ...message.calls.map(callText)].filter(Boolean).join('\n'),
      });
    }
  }
  close();
  return turns;
}

const AFTER_RESULTS = 'Now answer my question with it, or call another function.';

const control = (text: string): PromptPiece => ({ text, isControl: true });
const words = (text: string): PromptPiece => ({ text, isControl: false });

function turn(role: string, text: string): PromptPiece[] {
  return [control('<|im_start|>'), words(`${role}\n${text}`), control('<|im_end|>'), words('\n')];
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
</tool_call>

If no function is needed, or once you have its result, reply to the user in plain text.`;
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
