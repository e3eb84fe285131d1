import { type Json, numberText } from '@tenon/base';
import { entriesOf, isMapping, isNumber, type Value } from '@tenon/engine';
import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Definition } from './definition.js';
import { forExport } from './export-rules.js';
import { looksLikeOtherThanText } from './yaml-scalar.js';

// line breaks to some readers
const BREAKS = /[\u0085\u2028\u2029\uFEFF]/g;

/** How a definition is written. */
export interface PrintOptions {
  /** `strip` leaves out values of secret variables and ids of credentials; `keep` is for copies that stay here. */
  readonly secrets: 'strip' | 'keep';
}

/**
 * The definition as an app file: YAML that readers of version 1.1 and 1.2 understand alike, keys in alphabetical
 * order, so that equal definitions give equal text. Reading it again gives the same definition.
 */
export function printDefinition(definition: Definition, { secrets }: PrintOptions): string {
  // the schema without types writes every scalar as it is given; which text needs quotes is decided here
  const document = new Document(undefined, { schema: 'failsafe' });
  document.contents = nodeOf(forExport(definition, secrets));
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal' });
  // they stand in double quotes only
  return text.replace(BREAKS, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function nodeOf(value: Value): Node {
  if (typeof value === 'string') return textNode(value);
  if (isNumber(value)) return plain(numberIn(numberText(value)));
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.items = value.map(nodeOf);
    return list;
  }
  if (!isMapping(value)) return plain(String(value as Json));
  const mapping = new YAMLMap();
  const entries = entriesOf(value).sort(([a], [b]) => (a < b ? -1 : 1));
  mapping.items = entries.map(([key, member]) => new Pair(textNode(key), nodeOf(member)));
  return mapping;
}

function plain(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = 'PLAIN';
  return scalar;
}

function textNode(text: string): Scalar {
  const scalar = new Scalar(text);
  if (looksLikeOtherThanText(text) || text.search(BREAKS) >= 0 || isTabbedLine(text)) scalar.type = 'QUOTE_DOUBLE';
  return scalar;
}

/** Some readers take no tab in a line without quotes; in a block of lines they do. */
function isTabbedLine(text: string): boolean {
  return text.includes('\t') && !text.includes('\n');
}

/** Numbers as both versions of YAML read them: a float has a point even before an exponent. */
function numberIn(text: string): string {
  if (/^-?(inf|nan)$/.test(text)) return text.replace(/(inf|nan)/, '.$1');
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text;
}
