import { Markup } from './value.js';

/** A text as HTML: escaped unless it is HTML already. */
export function toHtml(text: string | Markup): string {
  if (text instanceof Markup) return text.html;
  return text.replace(/[&<>'"]/g, (char) => HTML_ENTITIES.get(char) as string);
}

const HTML_ENTITIES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&#39;'],
  ['"', '&#34;'],
]);
