import { Marked, Renderer, type Token, type Tokens } from 'marked';
import { escapeHtml } from './escape-html.js';
import { formulas, openFormulas } from './formula-syntax.js';
import { ownImage } from './own-image.js';

/* Text of a model or of a person as markup. What is HTML in it stays text; only what markdown itself means becomes markup. */

/** Tags that are more than text when they stand alone, without attributes: people and models write them in tables. */
const BARE_TAG = /&lt;(\/?(?:b|br|del|em|i|ins|kbd|mark|s|strong|sub|sup|u))\s?\/?&gt;/gi;
const LANGUAGE = /^[\w+#.-]{1,30}/;
const CLOSED_FENCE = /\n {0,3}(?:`{3,}|~{3,})\s*$/;
const SCHEMES = ['http:', 'https:', 'mailto:'];

/** An address that may be followed, in the form in which a browser understands it. */
export function safeAddress(address: string): string | undefined {
  const url = URL.parse(address.trim());
  return url && SCHEMES.includes(url.protocol) ? url.href : undefined;
}

class SafeRenderer extends Renderer {
  /** @param isComplete  no more text comes: what is open now stays so */
  constructor(private readonly isComplete: boolean) {
    super();
  }

  override html({ text, block }: Tokens.HTML | Tokens.Tag): string {
    const shown = escapeHtml(text).replace(BARE_TAG, '<$1>');
    return block ? `<p>${shown.trim().replaceAll('\n', '<br>')}</p>` : shown;
  }

  override text(token: Tokens.Text | Tokens.Escape): string {
    // marked trusts what stands between raw tags
    return super.text({ ...token, escaped: false } as Tokens.Text);
  }

  /** The page has headings of its own above. */
  override heading({ tokens, depth }: Tokens.Heading): string {
    const level = Math.min(depth + 2, 6);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
  }

  override code({ text, lang, raw, codeBlockStyle }: Tokens.Code): string {
    const isOpen = !this.isComplete && codeBlockStyle !== 'indented' && !CLOSED_FENCE.test(raw);
    // the first signs of the fence that closes it
    const shown = isOpen ? text.replace(/(?:^|\n)[`~]{1,3}$/, '') : text;
    const language = LANGUAGE.exec(lang ?? '')?.[0].toLowerCase();
    const classes = [isOpen && 'open', language && `language-${language}`].filter(Boolean).join(' ');
    return `<pre><code${classes && ` class="${classes}"`}>${escapeHtml(shown)}</code></pre>\n`;
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? '☑ ' : '☐ ';
  }

  override link({ href, tokens }: Tokens.Link): string {
    return linkTo(href, this.parser.parseInline(tokens));
  }

  override image({ href, text }: Tokens.Image): string {
    const own = ownImage(href);
    if (own) return `<img src="${own}" alt="${escapeHtml(text)}">`;
    const host = URL.parse(href)?.host;
    return linkTo(href, `🖼 ${escapeHtml([text, host && `(${host})`].filter(Boolean).join(' '))}`);
  }
}

function linkTo(address: string, label: string): string {
  const safe = safeAddress(address);
  return safe ? `<a href="${escapeHtml(safe)}" target="_blank" rel="noopener noreferrer">${label}</a>` : label;
}

const readerOf = (isComplete: boolean) =>
  new Marked({
    breaks: true,
    gfm: true,
    extensions: isComplete ? formulas : [...formulas, ...openFormulas],
  }).setOptions({
    renderer: new SafeRenderer(isComplete),
  });
const readers = { complete: readerOf(true), growing: readerOf(false) };

/** Text that grows at its end, as one piece of markup for each block. */
export class MarkdownBlocks {
  /** Text whose blocks do not change any more, with their markup. */
  private settled = '';
  private settledBlocks: readonly string[] = [];

  /** The markup of each block. Once the text is complete, all of it is read anew: its end may tell what its beginning means. */
  read(text: string, isComplete: boolean): readonly string[] {
    const marked = isComplete ? readers.complete : readers.growing;
    if (isComplete || !text.startsWith(this.settled)) [this.settled, this.settledBlocks] = ['', []];
    try {
      const tokens = marked.lexer(text.slice(this.settled.length));
      const blocks = tokens
        .filter(({ type }) => type !== 'space' && type !== 'def')
        .map((token) => marked.parser(Object.assign([token], { links: tokens.links })));
      const all = [...this.settledBlocks, ...blocks];
      if (!isComplete) this.settle(tokens, all);
      return all;
    } catch {
      // nested deeper than a reader can follow
      return [`<pre><code>${escapeHtml(text)}</code></pre>`];
    }
  }

  /** All but the last block, which still grows. */
  private settle(tokens: readonly Token[], blocks: readonly string[]): void {
    const last = tokens.findLastIndex(({ type }) => type !== 'space' && type !== 'def');
    if (last < 1) return;
    this.settled += tokens
      .slice(0, last)
      .map(({ raw }) => raw)
      .join('');
    this.settledBlocks = blocks.slice(0, -1);
  }
}
