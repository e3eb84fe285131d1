import { Directive, inject, Injectable, signal, TemplateRef, type OnDestroy } from '@angular/core';

/** What the bar above a page has of the page. */
@Injectable({ providedIn: 'root' })
export class PageBar {
  readonly actions = signal<TemplateRef<unknown> | undefined>(undefined);
}

/** What can be done with what a page is about; it stands in the bar above the page while it is there. */
@Directive({ selector: 'ng-template[tnPageActions]' })
export class PageActions implements OnDestroy {
  private readonly bar = inject(PageBar);
  private readonly template = inject<TemplateRef<unknown>>(TemplateRef);

  constructor() {
    this.bar.actions.set(this.template);
  }

  ngOnDestroy(): void {
    // the next page may have its own already
    this.bar.actions.update((shown) => (shown === this.template ? undefined : shown));
  }
}
