import { isJsonObject, type Json } from '@tenon/base';

/** A call that the model asks for; `arguments` is the text of a JSON object. */
export interface ReplyCall {
  readonly name: string;
  readonly arguments: string;
}

/**
 * Reads a reply that is nothing but calls: one JSON object with the `name` of a given tool, bare, in a code fence or in
 * `<tool_call>` tags, or several in such tags. Undefined when the reply is anything else, which makes it plain text.
 */
export function parseToolCalls(reply: string, toolNames: ReadonlySet<string>): ReplyCall[] | undefined {
  const calls = bodies(reply.trim()).map((body) => parseCall(body, toolNames));
  return calls.every((call) => call !== undefined) ? calls : undefined;
}

/** Could a reply that begins like this still become a call? While it could, its text is held back. */
export function mayBecomeToolCall(beginning: string): boolean {
  const text = beginning.trimStart();
  return ['{', '```', '<tool_call>'].some((opening) => text.startsWith(opening) || opening.startsWith(text));
}

function bodies(reply: string): string[] {
  const fence = /^```[a-z]*[^\S\n]*\n([^]*)```$/i.exec(reply);
  if (fence) return [fence[1] as string];
  if (!reply.startsWith('<tool_call>')) return [reply];
  // The model sometimes ends its turn instead of closing the last tag.
  return reply
    .split('<tool_call>')
    .slice(1)
    .map((part) => part.trim().replace(/<\/tool_call>$/, ''));
}

function parseCall(body: string, toolNames: ReadonlySet<string>): ReplyCall | undefined {
  const call = parseJson(body);
  if (!isJsonObject(call) || typeof call['name'] !== 'string' || !toolNames.has(call['name'])) return undefined;
  const given = call['arguments'] ?? {};
  const parsed = typeof given === 'string' ? parseJson(given) : given;
  return isJsonObject(parsed) ? { name: call['name'], arguments: JSON.stringify(parsed) } : undefined;
}

/** Undefined for text that is no JSON: here that only means "not a call". */
function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
