import type { TokenizerAndRendererExtension, Tokens } from 'marked';
import { escapeHtml } from './escape-html.js';

/* Where formulas begin and end in a text, as models write them: $…$, $$…$$, \(…\) and \[…\]. */

type Formula = Tokens.Generic & { tex: string; isDisplay: boolean };

const MARKS = [
  { open: '$$', close: '$$', isDisplay: true },
  { open: '\\[', close: '\\]', isDisplay: true },
  { open: '\\(', close: '\\)', isDisplay: false },
] as const;
/** Longer ones are text: nobody writes such a formula, and looking for its end would take long. */
const LONGEST = 5_000;
const BLANK_LINE = /\n[ \t]*\n/;
const INDENT = /^ {0,3}/;

/** The formula at the very beginning of a text. */
function formulaAt(text: string): { raw: string; tex: string; isDisplay: boolean } | undefined {
  const mark = MARKS.find(({ open }) => text.startsWith(open));
  if (!mark) return dollarsAt(text);
  const end = text.slice(0, LONGEST).indexOf(mark.close, mark.open.length);
  const tex = text.slice(mark.open.length, end);
  if (end < 0 || !tex.trim() || BLANK_LINE.test(tex)) return undefined;
  return { raw: text.slice(0, end + mark.close.length), tex: tex.trim(), isDisplay: mark.isDisplay };
}

/** Between single dollars. Prices are none: no space inside the dollars, no digit behind them. */
function dollarsAt(text: string): { raw: string; tex: string; isDisplay: boolean } | undefined {
  const [raw, tex = ''] = /^\$((?:[^\s$\\]|\\[^\n])(?:[^$\n\\]|\\[^\n]){0,500})\$(?!\d)/.exec(text) ?? [];
  return raw && /\S$/.test(tex) ? { raw, tex, isDisplay: false } : undefined;
}

/** How much of a text is a formula whose end has not come yet. */
function openAt(text: string): string | undefined {
  if (!MARKS.some(({ open, close }) => text.startsWith(open) && !text.slice(open.length).includes(close)))
    return undefined;
  return BLANK_LINE.test(text) ? undefined : text;
}

const renderer = (token: Tokens.Generic): string => {
  const { tex, isDisplay, type } = token as Formula;
  const shown = `<span class="formula${isDisplay ? ' display' : ''}">${escapeHtml(tex)}</span>`;
  return type === 'formulaBlock' ? `<p>${shown}</p>\n` : shown;
};
const openRenderer = ({ raw }: Tokens.Generic): string => `<code class="open-formula">${escapeHtml(raw.trim())}</code>`;

const startOfBlock = (text: string): number | undefined => {
  const found = /\n {0,3}(?:\$\$|\\\[)/.exec(text);
  return found ? found.index + 1 : undefined;
};
const startInLine = (text: string): number | undefined => {
  const start = text.search(/\$|\\[([]/);
  return start < 0 ? undefined : start;
};

/** On lines of their own, where nothing else may read them as a list or a heading, and within a line. */
export const formulas: TokenizerAndRendererExtension[] = [
  {
    name: 'formulaBlock',
    level: 'block',
    start: startOfBlock,
    tokenizer: (text) => {
      const indent = INDENT.exec(text)?.[0] ?? '';
      const found = formulaAt(text.slice(indent.length));
      if (!found?.isDisplay) return undefined;
      const rest = /^[ \t]*(?:\n|$)/.exec(text.slice(indent.length + found.raw.length));
      return rest ? { type: 'formulaBlock', ...found, raw: indent + found.raw + rest[0] } : undefined;
    },
    renderer,
  },
  {
    name: 'formula',
    level: 'inline',
    start: startInLine,
    tokenizer: (text) => {
      const found = formulaAt(text);
      return found && { type: 'formula', ...found };
    },
    renderer,
  },
];

/** While text still comes: a formula that has only begun is shown as it is written, and nothing else reads it. */
export const openFormulas: TokenizerAndRendererExtension[] = [
  {
    name: 'openFormulaBlock',
    level: 'block',
    start: startOfBlock,
    tokenizer: (text) => {
      const indent = INDENT.exec(text)?.[0] ?? '';
      const rest = text.slice(indent.length);
      if (rest.startsWith('\\(')) return undefined; // it stands in a line
      const raw = openAt(rest);
      return raw === undefined ? undefined : { type: 'openFormulaBlock', raw: indent + raw };
    },
    renderer: openRenderer,
  },
  {
    name: 'openFormula',
    level: 'inline',
    start: startInLine,
    tokenizer: (text) => {
      const raw = openAt(text);
      return raw === undefined ? undefined : { type: 'openFormula', raw };
    },
    renderer: openRenderer,
  },
];
