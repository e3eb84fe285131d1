import { parseJsonText, type Value } from '@tenon/engine';
import { jsonrepair } from 'jsonrepair';

/** Longest text that is repaired, in characters: repairing takes time with the square of a text's length. */
export const MAX_REPAIRED = 64 * 1024;

/**
 * Reads JSON text; what people and models get wrong in it is repaired, unless it is very long.
 * @throws value.*, or whatever the repairing says
 */
export function parseRepaired(text: string): Value {
  try {
    return parseJsonText(text);
  } catch (error) {
    if (text.length > MAX_REPAIRED) throw error;
    return parseJsonText(jsonrepair(text));
  }
}
