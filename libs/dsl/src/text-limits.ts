import { Lexer } from 'yaml';
import type { Issue } from './issue.js';

/** Largest text of a definition, in UTF-16 units and in UTF-8 bytes. */
export const MAX_TEXT_BYTES = 10 * 1024 * 1024;
/** Largest file that a person hands over to be taken in, in bytes. */
export const MAX_FILE_BYTES = 5_000_000;
/** Deepest nesting of lists and mappings. */
export const MAX_DEPTH = 100;
/** Most values (scalars, lists and mappings) of one document, aliases counted as often as they are used. */
export const MAX_VALUES = 400_000;
/** Most characters of one document, aliases counted as often as they are used. */
export const MAX_CHARACTERS = 2 * MAX_TEXT_BYTES;

// Blocks are indented by at least one column a level, so a deeper line cannot be within the depth.
const MAX_INDENT = 1000;
// The lexer's mark before every scalar.
const SCALAR = '\u001f';

/**
 * Refuses what would cost too much memory or stack to parse: the lexer alone needs neither. Undefined when the text
 * may be parsed.
 */
export function checkTextLimits(text: string): Issue | undefined {
  if (text.length > MAX_TEXT_BYTES || utf8Bytes(text) > MAX_TEXT_BYTES)
    return refuse('tooLarge', `The file is larger than ${MAX_TEXT_BYTES / 1024 / 1024} MiB.`);
  let values = 0;
  let flow = 0;
  let inLine = 0;
  let isLineStart = true;
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme[0];
    if (first === '\n' || first === '\r') inLine = 0;
    else if (first === ' ' && isLineStart && lexeme.length > MAX_INDENT) return tooDeep();
    else if (lexeme === '[' || lexeme === '{') {
      flow += 1;
      values += 1;
    } else if (lexeme === ']' || lexeme === '}') flow -= 1;
    else if (lexeme === '-' || lexeme === '?') inLine += 1;
    else if (lexeme === SCALAR || first === '"' || first === "'" || first === '*') values += 1;
    isLineStart = first === '\n' || first === '\r';
    if (flow + inLine > MAX_DEPTH) return tooDeep();
    if (values > MAX_VALUES) return tooManyValues();
  }
  return undefined;
}

/** The document nests deeper than `MAX_DEPTH`. */
export function tooDeep(): Issue {
  return refuse('tooDeep', `The file nests deeper than ${MAX_DEPTH} levels.`);
}

/** The document holds more than `MAX_VALUES` values or `MAX_CHARACTERS` characters. */
export function tooManyValues(): Issue {
  return refuse('tooManyValues', `The file holds more than ${MAX_VALUES} values, or aliases that unfold to more.`);
}

function refuse(reason: string, message: string): Issue {
  return { severity: 'error', code: `definition.${reason}`, path: [], message };
}

function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7ff && (code < 0xd800 || code > 0xdfff)) bytes += 2;
    else if (code > 0x7f) bytes += 1;
  }
  return bytes;
}
