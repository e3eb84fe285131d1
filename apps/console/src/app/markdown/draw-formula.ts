import katex from 'katex';

/** What is not given is as safe as it can be: no links, no classes, no images, and no file. */
const OPTIONS = {
  throwOnError: false,
  errorColor: 'var(--state-bad)',
  trust: false,
  strict: 'ignore',
  maxExpand: 500,
  maxSize: 20,
} as const;
const STYLES = 'formulas.css';

/** Writes a formula in place of its source; one that cannot be read stays, and is marked. */
export function drawFormula(element: HTMLElement): void {
  const { ownerDocument: page, textContent: tex, classList } = element;
  if (!page.querySelector(`link[href="${STYLES}"]`))
    page.head.append(Object.assign(page.createElement('link'), { rel: 'stylesheet', href: STYLES }));
  katex.render(tex, element, { ...OPTIONS, displayMode: classList.contains('display') });
}
