import { effect, inject, Injectable, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from '../api/session.js';
import type { TextKey } from '../language/dictionary.js';
import { PageTitles } from './page-titles.js';

/** A page about something that has a name. */
export interface RecentPlace {
  readonly path: string;
  readonly name: string;
  readonly section: TextKey;
}

const MOST = 8;
const STORED_AS = 'tenon.recent';

/** Where the person who is signed in was last, the newest first; in this browser alone. */
@Injectable({ providedIn: 'root' })
export class RecentPlaces {
  private readonly router = inject(Router);
  private readonly titles = inject(PageTitles);
  private readonly session = inject(Session);
  readonly places = signal<readonly RecentPlace[]>(this.read());

  constructor() {
    effect(() => {
      const [name, section] = [this.titles.subject(), this.titles.section()];
      if (name && section) untracked(() => this.note({ path: this.router.url.split(/[?#]/)[0] ?? '/', name, section }));
    });
  }

  forget(): void {
    localStorage.removeItem(STORED_AS);
    this.places.set([]);
  }

  private note(place: RecentPlace): void {
    const others = this.places().filter(({ path }) => path !== place.path);
    this.places.set([place, ...others].slice(0, MOST));
    localStorage.setItem(STORED_AS, JSON.stringify({ of: this.session.viewer()?.id, places: this.places() }));
  }

  /** Those of somebody else are nobody's business. */
  private read(): readonly RecentPlace[] {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED_AS) ?? '{}') as { of?: string; places?: RecentPlace[] };
      return (stored.of === this.session.viewer()?.id && stored.places) || [];
    } catch {
      return [];
    }
  }
}
