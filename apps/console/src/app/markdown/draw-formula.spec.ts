import { drawFormula } from './draw-formula.js';

function drawn(tex: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'formula';
  element.textContent = tex;
  drawFormula(element);
  return element;
}

it('writes a formula, also for those who listen', () => {
  const element = drawn('\\frac{a}{b}');
  expect(element.querySelector('math mfrac')).not.toBeNull();
  expect(element.querySelector('.katex-html .mfrac')).not.toBeNull();
  expect(document.querySelectorAll('link[href="formulas.css"]')).toHaveLength(1);
});

it('B50 gives a formula no links, classes, styles, images or macros without end', () => {
  const hostile = [
    '\\href{javascript:alert(1)}{x}',
    '\\url{javascript:alert(1)}',
    '\\htmlClass{evil}{x}',
    '\\htmlId{evil}{x}',
    '\\htmlStyle{position:fixed}{x}',
    '\\htmlData{act=copy}{x}',
    '\\includegraphics{https://evil.example/x.png}',
    '\\text{<img src=x onerror=alert(1)>}',
    '\\def\\x{\\x\\x}\\x',
    '\\rule{9999999em}{9999999em}',
  ];
  for (const tex of hostile) {
    const element = drawn(tex);
    expect(element.querySelector('a, img, script, [href], .evil, #evil, [data-act], [style*=fixed]')).toBeNull();
    const sizes = [...element.querySelectorAll<HTMLElement>('[style]')].flatMap(({ style }) => [
      style.width,
      style.borderTopWidth,
    ]);
    expect(Math.max(0, ...sizes.map((size) => parseFloat(size) || 0))).toBeLessThanOrEqual(40);
  }
});

it('shows a formula that cannot be read as it is written', () => {
  expect(drawn('\\frac{a').textContent).toContain('\\frac{a');
});
