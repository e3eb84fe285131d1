import { CdkVirtualScrollViewport } from '@angular/cdk/scrolling';
import { afterNextRender, Directive, effect, inject, Injector, input } from '@angular/core';
import { filter, startWith, take } from 'rxjs';

/** How far keys lead, in rows; the ends are far enough. */
const KEYS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  j: 1,
  k: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
};

/**
 * Makes a list of which only what is seen is drawn as high as its rows, but no higher than most of the window; brings the
 * chosen row into sight; and lets keys lead from row to row. Each row is marked with `data-row` and its index, and what
 * takes the keyboard is the row, or a button or link in it.
 */
@Directive({
  selector: 'cdk-virtual-scroll-viewport[tnVirtualRows]',
  host: {
    '[style.height]': '"min(" + count() * rowHeight() + "px, 70vh)"',
    '(keydown)': 'onKey($event)',
  },
})
export class VirtualRows {
  private readonly viewport = inject(CdkVirtualScrollViewport);
  private readonly injector = inject(Injector);
  private readonly host = this.viewport.elementRef.nativeElement;

  /** How many rows there are. */
  readonly count = input.required<number>({ alias: 'tnVirtualRows' });
  /** In pixels. */
  readonly rowHeight = input.required<number>();
  /** Index of the row that is to be seen; -1 when none is chosen. */
  readonly chosen = input(-1);

  constructor() {
    effect(() => {
      this.count();
      this.afterRender(() => this.viewport.checkViewportSize());
    });
    effect((onCleanup) => {
      const index = this.chosen();
      if (index < 0) return;
      // the list has its height only once it was drawn
      const drawn = this.viewport.renderedRangeStream.pipe(startWith(undefined)).subscribe(() =>
        this.afterRender(() => {
          const row = !drawn.closed && this.bringIntoSight(index) && this.rowAt(index);
          if (!row) return;
          drawn.unsubscribe();
          row.scrollIntoView({ block: 'nearest' });
        }),
      );
      onCleanup(() => drawn.unsubscribe());
    });
  }

  protected onKey(event: KeyboardEvent): void {
    const distance = KEYS[event.key];
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (distance === undefined || !row || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(this.count() - 1, Number(row.dataset['row']) + distance));
    this.bringIntoSight(index);
    if (this.focus(index)) return;
    this.viewport.renderedRangeStream
      .pipe(
        filter(({ start, end }) => start <= index && index < end),
        take(1),
      )
      .subscribe(() => this.afterRender(() => this.focus(index)));
  }

  /** Whether the place of the row can be seen now. */
  private bringIntoSight(index: number): boolean {
    this.viewport.checkViewportSize();
    const [top, bottom] = [index * this.rowHeight(), (index + 1) * this.rowHeight()];
    const size = this.viewport.getViewportSize();
    const from = this.viewport.measureScrollOffset();
    if (top < from) this.viewport.scrollToOffset(top);
    else if (bottom > from + size) this.viewport.scrollToOffset(bottom - size);
    const now = this.viewport.measureScrollOffset();
    return size > 0 && top >= now - 1 && bottom <= now + size + 1;
  }

  /** Whether the row is drawn. */
  private focus(index: number): boolean {
    const row = this.rowAt(index);
    (row?.querySelector<HTMLElement>('button, a') ?? row)?.focus();
    return row !== null;
  }

  private rowAt(index: number): HTMLElement | null {
    return this.host.querySelector<HTMLElement>(`[data-row="${index}"]`);
  }

  private afterRender(work: () => void): void {
    afterNextRender(work, { injector: this.injector });
  }
}
