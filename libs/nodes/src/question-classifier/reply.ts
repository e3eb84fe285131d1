import type { JsonObject } from '@tenon/base';
import { replyErrors } from '../run/errors.js';
import { extractObject } from '../run/json-extraction.js';
import { withoutThoughts } from '../run/think-tags.js';
import type { QuestionClass } from './definition.js';

/** What a reply has to look like, for models that can be held to it. */
export function replySchema(classes: readonly QuestionClass[]): JsonObject {
  return {
    type: 'object',
    properties: {
      keywords: { type: 'array', items: { type: 'string' } },
      category_id: { type: 'string', enum: classes.map(({ id }) => id) },
      category_name: { type: 'string' },
    },
    required: ['keywords', 'category_id', 'category_name'],
    additionalProperties: false,
  };
}

/**
 * The class a reply names by its id. A reply of the right form that names none, or one that is not there, is the
 * first class.
 * @throws reply.unreadable when it is not the JSON it was asked for
 */
export function chosenClass(reply: string, classes: readonly QuestionClass[]): QuestionClass {
  const extracted = extractObject(withoutThoughts(reply));
  if (extracted.found !== 'object') throw replyErrors.unreadable(`The model named no class: ${excerpt(reply)}`);
  const { category_id: id, category_name: name } = extracted.object;
  const isNamed = id !== undefined && name !== undefined;
  const named = isNamed ? classes.find((item) => item.id === id) : undefined;
  return named ?? (classes[0] as QuestionClass);
}

function excerpt(reply: string): string {
  const text = reply.trim();
  return text === '' ? 'its reply is empty.' : `it replied "${text.length > 200 ? `${text.slice(0, 200)}…` : text}".`;
}
