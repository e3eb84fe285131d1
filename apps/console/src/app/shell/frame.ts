import { BreakpointObserver } from '@angular/cdk/layout';
import { NgTemplateOutlet } from '@angular/common';
import { Component, computed, DestroyRef, effect, ElementRef, inject, linkedSignal, viewChild } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatButtonModule } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatMenuModule } from '@angular/material/menu';
import { MatTooltipModule } from '@angular/material/tooltip';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import {
  LucideCircleQuestionMark,
  LucideCircleUserRound,
  LucideDynamicIcon,
  LucidePanelLeft,
  LucideSearch,
} from '@lucide/angular';
import { filter, map } from 'rxjs';
import { Session } from '../api/session.js';
import { browserStore } from '../api/stores.js';
import { LANGUAGE_CHOICES, Texts } from '../language/texts.js';
import { Appearance } from './appearance.js';
import { Banners } from './banners.js';
import { Breadcrumb } from './breadcrumb.js';
import { focusHeading } from './focus-heading.js';
import { HealthState } from './health-state.js';
import { keyName } from './key-name.js';
import { Keys } from './keys.js';
import { PageBar } from './page-actions.js';
import { PLACES } from './places.js';
import { RecentPlaces } from './recent-places.js';
import { THEMES, ThemeChoice } from './theme.js';

const WIDE_AS = 'tenon.rail';
/** Where the rail has room for words. */
const ROOMY = '(min-width: 1280px)';

/** What stands around every page of a member: the rail with the places, the bar with the way to the page, and the content. */
@Component({
  selector: 'tn-frame',
  imports: [
    Banners,
    Breadcrumb,
    LucideDynamicIcon,
    MatButtonModule,
    MatMenuModule,
    MatTooltipModule,
    NgTemplateOutlet,
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
  private readonly dialogs = inject(MatDialog);
  private readonly session = inject(Session);
  private readonly content = viewChild.required<ElementRef<HTMLElement>>('content');
  private readonly recent = inject(RecentPlaces);
  protected readonly appearance = inject(Appearance);
  protected readonly health = inject(HealthState);
  protected readonly keys = inject(Keys);
  protected readonly pageBar = inject(PageBar);
  protected readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly themes = inject(ThemeChoice);
  protected readonly viewer = this.session.viewer;

  protected readonly places = PLACES;
  protected readonly languages = LANGUAGE_CHOICES;
  protected readonly themeNames = THEMES;
  protected readonly icons = {
    ...{ user: LucideCircleUserRound.icon, rail: LucidePanelLeft.icon },
    ...{ find: LucideSearch.icon, help: LucideCircleQuestionMark.icon },
  };
  protected readonly findKeys = keyName('mod+K');
  protected readonly isOwner = computed(() => this.viewer()?.role === 'owner');
  /** Each member has a choice of their own. */
  private readonly storedAs = computed(() => `${WIDE_AS}.${this.viewer()?.id}`);
  private readonly wantsWide = linkedSignal(() => browserStore.read(this.storedAs()) !== 'narrow');
  protected readonly hasRoom = toSignal(
    inject(BreakpointObserver)
      .observe(ROOMY)
      .pipe(map(({ matches }) => matches)),
    { requireSync: true },
  );
  protected readonly isWide = computed(() => this.hasRoom() && this.wantsWide());
  protected readonly railLabel = computed(() => this.t(this.isWide() ? 'nav.collapse' : 'nav.expand'));

  constructor() {
    const page = toSignal(
      this.router.events.pipe(
        filter((event) => event instanceof NavigationEnd),
        map(({ urlAfterRedirects }) => urlAfterRedirects.replace(/[?#].*/, '')),
      ),
    );
    // people who do not see the page change hear its heading; what changes in a page leaves them where they are
    effect((onCleanup) => {
      if (page()) onCleanup(focusHeading(this.content().nativeElement));
    });
    inject(DestroyRef).onDestroy(this.health.watch());
  }

  protected toggleRail(): void {
    this.wantsWide.update((isWide) => !isWide);
    browserStore.write(this.storedAs(), this.wantsWide() ? 'wide' : 'narrow');
  }

  protected async openHealth(): Promise<void> {
    const { HealthDialog } = await import('./health-dialog.js');
    this.dialogs.open(HealthDialog, { width: 'min(480px, 94vw)', maxWidth: '94vw' });
  }

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    this.recent.forget();
    await this.router.navigateByUrl('/signin');
  }
}
