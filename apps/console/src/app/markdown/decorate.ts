import type { Diagrams } from './diagrams.js';

/** What the parts of a text are called, in the language of the reader. */
export type Words = {
  readonly copy: string;
  readonly diagram: string;
  readonly diagramSource: string;
  readonly diagramFailed: string;
};
export type Surroundings = { readonly words: Words; readonly diagrams: Diagrams; readonly isDark: boolean };

/** Texts of a diagram as large as those around it; one that is wider than its place shrinks so far, and then scrolls. */
const SCALE = 0.8;
const SMALLEST = 0.5;

/** Gives parts of a text what markup alone cannot: code its language and a button, tables room, formulas and diagrams their form. */
export function decorate(block: HTMLElement, around: Surroundings): void {
  for (const table of block.querySelectorAll('table')) {
    const place = make('div', 'table');
    table.replaceWith(place);
    scrolling(place, table);
  }
  for (const pre of block.querySelectorAll('pre')) frameCode(pre, around);
  const formulas = block.querySelectorAll<HTMLElement>('.formula');
  if (formulas.length > 0) whenLoaded(import('./draw-formula.js'), ({ drawFormula }) => formulas.forEach(drawFormula));
}

function frameCode(pre: HTMLPreElement, around: Surroundings): void {
  const code = pre.querySelector('code');
  if (!code) return;
  const language = /(?:^| )language-(\S+)/.exec(code.className)?.[1] ?? '';
  const figure = make('figure', 'code');
  pre.replaceWith(figure);
  const caption = make('figcaption');
  caption.append(make('span', '', language));
  figure.append(caption, scrolling(pre));
  if (code.classList.contains('open')) return;
  const button = make('button', '', around.words.copy);
  button.type = 'button';
  button.dataset['act'] = 'copy';
  caption.append(button);
  if (language === 'mermaid') void draw(figure, code.textContent, around);
  else if (language) whenLoaded(import('./highlight-code.js'), (loaded) => loaded.highlightCode(code, language));
}

/** Puts the picture before its source, which stays for those who want to read or copy it. */
async function draw(figure: HTMLElement, source: string, { words, diagrams, isDark }: Surroundings): Promise<void> {
  try {
    const { url, width } = await diagrams.draw(source, isDark);
    const image = make('img');
    Object.assign(image, { src: url, alt: words.diagram, width: Math.ceil(width * SCALE) });
    image.style.minWidth = `${Math.ceil(width * SMALLEST)}px`;
    const details = make('details');
    details.append(make('summary', '', words.diagramSource), ...figure.childNodes);
    figure.className = isDark ? 'diagram dark' : 'diagram';
    figure.append(scrolling(make('div', 'picture'), image), details);
  } catch {
    figure.querySelector('figcaption span')?.append(` · ${words.diagramFailed}`);
  }
}

/** What is wider than its place is moved by hand or by keys. */
function scrolling<E extends HTMLElement>(element: E, ...content: Node[]): E {
  element.tabIndex = 0;
  element.append(...content);
  return element;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** When a part cannot be loaded, the text stays as it is written. */
function whenLoaded<T>(loading: Promise<T>, use: (loaded: T) => void): void {
  void loading.then(use).catch(() => undefined);
}
