import { afterNextRender, DestroyRef, Directive, effect, ElementRef, inject, input, signal } from '@angular/core';

/** So near to the end, in pixels, whoever moves on wants to be there. */
const NEAR_PX = 24;

/**
 * Keeps the end of what scrolls in view while its one child grows, as long as the reader is there. Whoever has moved back
 * is left where they are.
 */
@Directive({ selector: '[tnFollowEnd]', exportAs: 'tnFollowEnd', host: { '(scroll)': 'look()' } })
export class FollowEnd {
  /** What is shown; the end of something else is followed anew, and that of nothing is not. */
  readonly of = input<unknown>(undefined, { alias: 'tnFollowEnd' });
  /** The reader has moved back, so that what comes is out of sight. */
  readonly isBehind = signal(false);

  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private top = 0;

  constructor() {
    const sizes = new ResizeObserver(() => this.follow());
    inject(DestroyRef).onDestroy(() => sizes.disconnect());
    afterNextRender(() => {
      for (const part of [this.element, ...this.element.children]) sizes.observe(part);
    });
    effect(() => {
      this.of();
      this.isBehind.set(false);
    });
  }

  /** Shows the end, and follows it from now on. */
  toEnd(): void {
    this.isBehind.set(false);
    this.element.scrollTop = this.element.scrollHeight;
  }

  protected look(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    const rest = scrollHeight - clientHeight - scrollTop;
    if (scrollTop < this.top && rest > 1) this.isBehind.set(true);
    else if (rest <= NEAR_PX) this.isBehind.set(false);
    this.top = scrollTop;
  }

  private follow(): void {
    if (this.of() !== undefined && !this.isBehind()) this.toEnd();
  }
}
