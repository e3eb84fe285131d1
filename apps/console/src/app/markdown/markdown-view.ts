import {
  afterRenderEffect,
  Component,
  computed,
  type ElementRef,
  inject,
  input,
  viewChild,
  ViewEncapsulation,
} from '@angular/core';
import { Clipboard } from '@angular/cdk/clipboard';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { ThemeChoice } from '../shell/theme.js';
import { decorate, type Surroundings } from './decorate.js';
import { Diagrams } from './diagrams.js';
import { MarkdownBlocks } from './markdown-blocks.js';
import { safeFragment } from './safe-fragment.js';

/** Characters of a text that become markup: a browser stands still over megabytes of it. */
const LONGEST = 200_000;
/** How many times as long as it took to draw a text the page has for all else, while more of it comes. */
const REST = 4;
const COPIED_MS = 2_000;

/** Text of a model as people read it, also while it grows. What does not change stays as it stands. */
@Component({
  selector: 'tn-markdown',
  template: `
    <div #place></div>
    @if (text().length > longest) {
      <p class="cut">
        {{ t('markdown.cut', { shown: quantities.number(longest), all: quantities.number(text().length) }) }}
      </p>
    }
  `,
  styleUrl: './markdown-view.scss',
  encapsulation: ViewEncapsulation.None, // what it shows is not made by its template
  host: { '(click)': 'act($event)' },
})
export class MarkdownView {
  readonly text = input.required<string>();
  /** Whether all of the text is there. */
  readonly isComplete = input(true);

  private readonly diagrams = inject(Diagrams);
  private readonly theme = inject(ThemeChoice);
  private readonly clipboard = inject(Clipboard);
  protected readonly quantities = inject(Quantities);
  protected readonly t = inject(Texts).t;
  protected readonly longest = LONGEST;

  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  private readonly reader = new MarkdownBlocks();
  private readonly head = computed(() => this.text().slice(0, LONGEST));
  private readonly around = computed<Surroundings>(() => ({
    words: {
      copy: this.t('act.copy'),
      diagram: this.t('markdown.diagram'),
      diagramSource: this.t('markdown.diagramSource'),
      diagramFailed: this.t('markdown.diagramFailed'),
    },
    diagrams: this.diagrams,
    isDark: this.theme.isDark(),
  }));
  private shown: { readonly around: Surroundings; readonly blocks: readonly string[] } | undefined;
  /** When text that still comes may be drawn again. */
  private restsUntil = 0;

  constructor() {
    afterRenderEffect((onCleanup) => {
      const [text, isComplete, around] = [this.head(), this.isComplete(), this.around()];
      const wait = isComplete ? 0 : this.restsUntil - performance.now();
      if (wait <= 0) return this.show(text, isComplete, around);
      const timer = setTimeout(() => this.show(text, isComplete, around), wait);
      onCleanup(() => clearTimeout(timer));
    });
  }

  private show(text: string, isComplete: boolean, around: Surroundings): void {
    const began = performance.now();
    const blocks = this.reader.read(text, isComplete);
    const place = this.place().nativeElement;
    const before = this.shown?.around === around ? this.shown.blocks : [];
    blocks.forEach((block, index) => {
      if (block === before[index]) return;
      const element = document.createElement('div');
      element.append(safeFragment(block));
      decorate(element, around);
      const old = place.children[index];
      if (old) old.replaceWith(element);
      else place.append(element);
    });
    while (place.children.length > blocks.length) place.lastElementChild?.remove();
    this.shown = { around, blocks };
    const ended = performance.now();
    this.restsUntil = ended + (ended - began) * REST;
  }

  /** The buttons are not of the template, so their host listens for them. */
  protected act({ target }: Event): void {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-act=copy]') : null;
    const code = button?.closest('figure')?.querySelector('code');
    if (!button || !code || !this.clipboard.copy(code.textContent)) return;
    button.textContent = this.t('act.copied');
    setTimeout(() => (button.textContent = this.t('act.copy')), COPIED_MS);
  }
}
