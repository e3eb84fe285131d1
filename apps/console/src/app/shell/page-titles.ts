import { effect, inject, Injectable, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import type { TextKey } from '../language/dictionary.js';
import { Texts } from '../language/texts.js';

/** Titles of pages: of a route its text, and what a page adds to it, such as the name of an app. */
@Injectable({ providedIn: 'root' })
export class PageTitles extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly texts = inject(Texts);
  private readonly shown = signal<TextKey | undefined>(undefined);
  /** What kind of page it is. */
  readonly section = this.shown.asReadonly();
  /** What the page is about, before the section; the page that sets it takes it away. */
  readonly subject = signal('');
  private readonly at = signal('/');
  /** Its address, without what is shown of it. */
  readonly path = this.at.asReadonly();

  constructor() {
    super();
    effect(() => {
      const section = this.section();
      const parts = [this.subject(), section && this.texts.t(section), 'Tenon'];
      this.title.setTitle(parts.filter(Boolean).join(' · '));
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    const path = snapshot.url.split(/[?#]/)[0] ?? '/';
    // what a page shows of its subject is still about it
    if (path !== this.path()) this.subject.set('');
    this.at.set(path);
    this.shown.set(this.buildTitle(snapshot) as TextKey | undefined);
  }
}
