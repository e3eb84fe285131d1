import highlighter from 'highlight.js/lib/common';
import { safeFragment } from './safe-fragment.js';

/** Longer ones stay plain: colouring them would hold the page up. */
const LONGEST = 50_000;

/** Colours code of a language that is known. */
export function highlightCode(code: HTMLElement, language: string): void {
  const { textContent: text } = code;
  if (text.length > LONGEST || !highlighter.getLanguage(language)) return;
  const { value } = highlighter.highlight(text, { language, ignoreIllegals: true });
  code.replaceChildren(safeFragment(value));
}
