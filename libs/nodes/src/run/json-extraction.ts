import type { JsonObject } from '@tenon/base';
import { isMapping, parseJsonText, type Value } from '@tenon/engine';

/** What was found in a text that should hold one JSON object: it, or why there is none. */
export type Extracted =
  { readonly found: 'object'; readonly object: JsonObject } | { readonly found: 'list' | 'broken' | 'nothing' };

/** Beginnings that are tried; a text with more brackets that are no JSON is not an answer. */
const MAX_TRIES = 50;

/**
 * The first JSON object in a text with words or fences around it. A list of one object is that object; a longer list
 * of objects is none. `broken`: there is something in brackets and none of it is JSON.
 */
export function extractObject(text: string): Extracted {
  let isBroken = false;
  let from = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const start = indexOfBracket(text, from);
    if (start < 0) break;
    const end = endOfBracket(text, start);
    const value = end === undefined ? undefined : parsed(text.slice(start, end));
    if (value === undefined) isBroken = true;
    else if (isMapping(value)) return { found: 'object', object: value };
    else if (Array.isArray(value) && value.some((item: Value) => isMapping(item))) {
      const [only] = value as readonly Value[];
      return value.length === 1 && isMapping(only) ? { found: 'object', object: only } : { found: 'list' };
    }
    // a list of other things is a footnote; what is broken may hold what is whole
    from = value === undefined || end === undefined ? start + 1 : end;
  }
  return { found: isBroken ? 'broken' : 'nothing' };
}

function indexOfBracket(text: string, from: number): number {
  const offset = text.slice(from).search(/[[{]/);
  return offset < 0 ? -1 : from + offset;
}

/** Where the bracket that opens at `start` has closed; undefined when it never does. */
function endOfBracket(text: string, start: number): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let i = start; i < text.length; i++) {
    const character = text[i];
    if (isInString) {
      if (character === '\\') i += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return undefined;
}

function parsed(text: string): Value | undefined {
  try {
    return parseJsonText(text);
  } catch {
    return undefined; // not JSON; what was looked for may come later in the text
  }
}
