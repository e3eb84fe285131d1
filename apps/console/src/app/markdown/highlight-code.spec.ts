import { highlightCode } from './highlight-code.js';

function coloured(text: string, language: string): HTMLElement {
  const code = document.createElement('code');
  code.textContent = text;
  highlightCode(code, language);
  return code;
}

it('colours code of a language that it knows, and changes no letter', () => {
  const code = coloured('const a = "<b>";', 'ts');
  expect(code.textContent).toBe('const a = "<b>";');
  expect(code.querySelector('.hljs-keyword')?.textContent).toBe('const');
  expect(code.querySelector('.hljs-string')?.textContent).toBe('"<b>"');
});

it('leaves all other code as it is', () => {
  expect(coloured('<img src=x onerror=alert(1)>', 'nobody-knows').innerHTML).toBe('&lt;img src=x onerror=alert(1)&gt;');
  expect(coloured('let a; '.repeat(10_000), 'js').children).toHaveLength(0);
  expect(coloured('<script>alert(1)</script>', 'html').querySelector('script')).toBeNull();
});
