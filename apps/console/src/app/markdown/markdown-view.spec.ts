import { Clipboard } from '@angular/cdk/clipboard';
import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ThemeChoice } from '../shell/theme.js';
import { Diagrams } from './diagrams.js';
import { MarkdownView } from './markdown-view.js';

@Component({
  selector: 'tn-markdown-host',
  imports: [MarkdownView],
  template: `<tn-markdown [text]="text()" [isComplete]="isComplete()" />`,
})
class Host {
  readonly text = signal('');
  readonly isComplete = signal(false);
}

const isDark = signal(false);
const copy = jest.fn(() => true);
const draw = jest.fn<Promise<unknown>, [string, boolean]>();

let now: jest.SpyInstance<number>;

beforeEach(() => {
  now = jest.spyOn(performance, 'now').mockReturnValue(0);
  isDark.set(false);
  draw.mockReset().mockResolvedValue({ url: 'data:image/svg+xml,x', width: 100.4 });
  TestBed.configureTestingModule({
    providers: [
      { provide: Clipboard, useValue: { copy } },
      { provide: ThemeChoice, useValue: { isDark } },
      { provide: Diagrams, useValue: { draw } },
    ],
  });
});

afterEach(() => now.mockRestore());

async function open(text: string, isComplete = true) {
  const host = TestBed.createComponent(Host);
  const show = async (next: string, complete = isComplete) => {
    host.componentInstance.text.set(next);
    host.componentInstance.isComplete.set(complete);
    await host.whenStable();
    // parts that are loaded when a text has them
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  await show(text);
  return { page: host.nativeElement as HTMLElement, show };
}

it('leaves what is finished as it stands while text comes', async () => {
  const { page, show } = await open('# One\n\ntwo', false);
  const heading = page.querySelector('h3');
  await show('# One\n\ntwo *three*', false);
  await show('# One\n\ntwo *three*\n\n- four', false);
  await show('# One\n\ntwo *three*\n\n- four', true);
  expect(page.querySelector('h3')).toBe(heading);
  expect(page.querySelector('em')?.textContent).toBe('three');
  await show('other');
  expect(page.querySelector('div')?.textContent.trim()).toBe('other');
});

it('gives code its language, a button that copies it, and colours once it is whole', async () => {
  const { page, show } = await open('```js\nlet a', false);
  expect(page.querySelector('figcaption')?.textContent).toBe('js');
  expect(page.querySelector('button')).toBeNull();
  await show('```js\nlet a;\n```', false);
  expect(page.querySelector('.hljs-keyword')?.textContent).toBe('let');
  page.querySelector('button')?.click();
  expect(copy).toHaveBeenLastCalledWith('let a;');
  expect(page.querySelector('button')?.textContent).toBe('act.copied');
});

it('gives a table room to scroll, also by keys', async () => {
  const { page } = await open('> | a |\n> | - |\n> | b |');
  expect(page.querySelector<HTMLElement>('blockquote > .table > table')?.parentElement?.tabIndex).toBe(0);
});

it('draws diagrams when they are whole, again in another theme, and leaves those that fail as they are written', async () => {
  const { page, show } = await open('```mermaid\ngraph TD\n', false);
  expect(draw).not.toHaveBeenCalled();
  await show('```mermaid\ngraph TD\n```', false);
  expect(draw).toHaveBeenLastCalledWith('graph TD', false);
  expect(page.querySelector('img')?.width).toBe(81);
  expect(page.querySelector('details code')?.textContent).toBe('graph TD');
  isDark.set(true);
  await show('```mermaid\ngraph TD\n```');
  expect(draw).toHaveBeenLastCalledWith('graph TD', true);
  draw.mockRejectedValue(new Error('Parse error'));
  await show('```mermaid\nbroken\n```');
  expect(page.querySelector('img')).toBeNull();
  expect(page.querySelector('code')?.textContent).toBe('broken');
  expect(page.querySelector('figcaption')?.textContent).toContain('markdown.diagramFailed');
});

it('writes formulas', async () => {
  const { page } = await open('so $a^2$ is');
  expect(page.querySelector('.formula math')).not.toBeNull();
});

it('shows the beginning of a text that is too long, and says so', async () => {
  const { page } = await open(`${'word '.repeat(60)}\n\n`.repeat(1_000));
  expect(page.textContent.length).toBeLessThan(210_000);
  expect(page.querySelector('.cut')).not.toBeNull();
});

it('leaves the page time for all else when drawing takes long, and shows the end at once', async () => {
  let clock = 0;
  now.mockImplementation(() => (clock += 1_000));
  const { page, show } = await open('one', false);
  await show('one two', false);
  expect(page.textContent.trim()).toBe('one');
  await show('one two three', true);
  expect(page.textContent.trim()).toBe('one two three');
});
