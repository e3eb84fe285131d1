import { computed, effect, inject, Injectable, linkedSignal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from '../api/session.js';
import { browserStore } from '../api/stores.js';
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
  private readonly owner = computed(() => this.session.viewer()?.id);
  readonly places = linkedSignal(() => placesOf(this.owner()));

  constructor() {
    // those of somebody else go
    effect(() => {
      if (this.owner()) untracked(() => this.keep());
    });
    effect(() => {
      const [name, section] = [this.titles.subject(), this.titles.section()];
      if (name && section) untracked(() => this.note({ path: this.router.url.split(/[?#]/)[0] ?? '/', name, section }));
    });
  }

  forget(): void {
    browserStore.write(STORED_AS, undefined);
    this.places.set([]);
  }

  private note(place: RecentPlace): void {
    const others = this.places().filter(({ path }) => path !== place.path);
    this.places.set([place, ...others].slice(0, MOST));
    this.keep();
  }

  private keep(): void {
    browserStore.write(STORED_AS, JSON.stringify({ of: this.owner(), places: this.places() }));
  }
}

/** What is stored, when it is of this member. */
function placesOf(owner: string | undefined): readonly RecentPlace[] {
  try {
    const stored = JSON.parse(browserStore.read(STORED_AS) ?? '{}') as { of?: string; places?: RecentPlace[] };
    return (owner !== undefined && stored.of === owner && stored.places) || [];
  } catch {
    return [];
  }
}
