import { Component, computed, effect, ElementRef, inject, signal, viewChild } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { MatTooltipModule } from '@angular/material/tooltip';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { LucideCircleUserRound, LucideDynamicIcon, LucidePanelLeft, LucideSearch } from '@lucide/angular';
import { filter, map } from 'rxjs';
import { Session } from '../api/session.js';
import { LANGUAGE_CHOICES, Texts } from '../language/texts.js';
import { Appearance } from './appearance.js';
import { AwayBanner } from './away-banner.js';
import { Keys } from './keys.js';
import { PLACES } from './places.js';
import { RecentPlaces } from './recent-places.js';
import { THEMES, ThemeChoice } from './theme.js';

const WIDE_AS = 'tenon.rail';

/** What stands around every page of a member: the rail with the places, the person's menu, and the content. */
@Component({
  selector: 'tn-frame',
  imports: [
    AwayBanner,
    LucideDynamicIcon,
    MatButtonModule,
    MatMenuModule,
    MatTooltipModule,
    RouterLink,
    RouterLinkActive,
    RouterOutlet,
  ],
  host: { '[class.wide]': 'isWide()', '(document:keydown)': 'keys.press($event)' },
  templateUrl: './frame.html',
  styleUrl: './frame.scss',
})
export class Frame {
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');
  private readonly recent = inject(RecentPlaces);
  protected readonly appearance = inject(Appearance);
  protected readonly keys = inject(Keys);
  protected readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly themes = inject(ThemeChoice);
  protected readonly viewer = this.session.viewer;

  protected readonly places = PLACES;
  protected readonly languages = LANGUAGE_CHOICES;
  protected readonly themeNames = THEMES;
  protected readonly icons = { user: LucideCircleUserRound.icon, rail: LucidePanelLeft.icon, find: LucideSearch.icon };
  protected readonly isWide = signal(localStorage.getItem(WIDE_AS) !== 'narrow');
  protected readonly railLabel = computed(() => this.t(this.isWide() ? 'nav.collapse' : 'nav.expand'));

  constructor() {
    const page = toSignal(
      this.router.events.pipe(
        filter((event) => event instanceof NavigationEnd),
        map(({ urlAfterRedirects }) => urlAfterRedirects.replace(/[?#].*/, '')),
      ),
    );
    // people who do not see the page change hear its heading; what changes in a page leaves them where they are
    effect(() => {
      if (page()) this.content().nativeElement.focus({ preventScroll: true });
    });
  }

  protected toggleRail(): void {
    this.isWide.update((isWide) => !isWide);
    localStorage.setItem(WIDE_AS, this.isWide() ? 'wide' : 'narrow');
  }

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    this.recent.forget();
    await this.router.navigateByUrl('/signin');
  }
}
