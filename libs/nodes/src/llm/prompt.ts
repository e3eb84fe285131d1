import {
  checkTextLength,
  fillTemplate,
  joinText,
  selectorKey,
  selectorsIn,
  toText,
  type Lookup,
  type Selector,
} from '@tenon/engine';
import type { ChatMessage, Turn } from '@tenon/ports';
import { promptErrors, variableErrors } from '../run/errors.js';
import { historyText } from '../run/history.js';
import { renderJinja } from '../run/jinja.js';
import { contextText } from './context.js';
import type { LlmInstruction, PromptText } from './definition.js';

/** What a prompt may cost to render, for each of its Jinja texts. */
const JINJA_LIMITS = { maxSteps: 5_000_000, maxOutputChars: 4_000_000 };
const QUERY: Selector = ['sys', 'query'];
/** Where a completion prompt wants the history or the question, also without the braces of a placeholder. */
const MARKER = /(\{\{#histories#\}\}|#histories#|#sys\.query#(?!\}\}))/;

/**
 * The messages a model is sent: the template's own, earlier turns, and the question that follows them.
 * @throws variable.notFound, prompt.*, template.*
 */
export function assemblePrompt(
  instruction: LlmInstruction,
  lookup: Lookup,
  turns: readonly Turn[],
): readonly ChatMessage[] {
  requireVariables(instruction, lookup);
  const messages =
    instruction.prompt.mode === 'chat'
      ? chatMessages(instruction, instruction.prompt.messages, lookup, turns)
      : completionMessages(instruction, instruction.prompt, lookup, turns);
  const said = messages.filter(({ content }) => content !== '');
  if (said.length === 0) throw promptErrors.empty('The prompt is empty: write a message for the model.');
  return said;
}

function chatMessages(
  { memory, ...instruction }: LlmInstruction,
  written: readonly (PromptText & { role: ChatMessage['role'] })[],
  lookup: Lookup,
  turns: readonly Turn[],
): ChatMessage[] {
  const fill = filler(instruction, lookup);
  let length = 0;
  const own = written.map((message): ChatMessage => {
    const content = fill(message);
    length += content.length;
    checkTextLength(length);
    return { role: message.role, content };
  });
  if (!memory) return own;
  const history = turns.flatMap(({ query, answer }): ChatMessage[] => [
    { role: 'user', content: query },
    { role: 'assistant', content: answer },
  ]);
  return [...own, ...history, { role: 'user', content: queryText(memory.query, lookup) }];
}

function completionMessages(
  { memory, ...instruction }: LlmInstruction,
  written: PromptText,
  lookup: Lookup,
  turns: readonly Turn[],
): ChatMessage[] {
  const fill = filler(instruction, lookup);
  if (!memory) return [{ role: 'user', content: fill(written) }];
  if (!memory.rolePrefix) throw promptErrors.rolePrefixMissing('Memory in a completion prompt needs role prefixes.');
  const history = historyText(turns, memory.rolePrefix);
  const query = toText(lookup(QUERY) ?? '');
  // a template of ours is split before it is filled, so that a value which looks like a marker stays a value
  const parts = (written.isJinja ? fill(written) : written.text).split(MARKER);
  const text = parts.map((part, index) => {
    if (index % 2 === 0) return written.isJinja ? part : fill({ ...written, text: part });
    return part === '#sys.query#' ? query : history;
  });
  const hasMarker = parts.some((part, index) => index % 2 === 1 && part !== '#sys.query#');
  const content = text.join('');
  return [{ role: 'user', content: hasMarker || history === '' ? content : `${history}\n${content}` }];
}

/** Fills a text of the prompt. The context is put in between filled pieces and never read as a template itself. */
function filler({ context, jinjaVariables }: Omit<LlmInstruction, 'memory'>, lookup: Lookup) {
  const found = contextText(context ? lookup(context) : undefined);
  return ({ isJinja, text }: PromptText): string =>
    isJinja
      ? renderJinja(text, jinjaVariables, lookup, JINJA_LIMITS)
      : joinText(
          text.split('{{#context#}}').map((part) => fillTemplate(part, lookup)),
          found,
        );
}

function queryText(template: string, lookup: Lookup): string {
  return template === '' ? toText(lookup(QUERY) ?? '') : fillTemplate(template, lookup);
}

/** Whatever the prompt names has to be there, before anything is asked. */
function requireVariables({ prompt, jinjaVariables, memory }: LlmInstruction, lookup: Lookup): void {
  const texts = prompt.mode === 'chat' ? prompt.messages : [prompt];
  const named = texts.flatMap(({ isJinja, text }) => (isJinja ? [] : selectorsIn(text)));
  const jinja = jinjaVariables.map(({ name, selector }) => selector ?? [name]);
  const query = memory ? (memory.query === '' ? [QUERY] : selectorsIn(memory.query)) : [];
  for (const selector of [...named, ...jinja, ...query])
    if (lookup(selector) === undefined) throw variableErrors.notFound(`Variable ${selectorKey(selector)} not found.`);
}
