import { Component, effect, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterOutlet } from '@angular/router';
import { LucideCloudOff } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { Texts } from './language/texts.js';
import { BrokenPage } from './shell/broken-page.js';
import { reachWords } from './shell/reach-words.js';

/** A page that is not there after so long is said to be coming, in milliseconds. */
const SOON_MS = 400;

/** The whole console: what a route shows, what is on its way, or why there is nothing yet. */
@Component({
  selector: 'tn-root',
  imports: [MatButtonModule, RegionState, RouterOutlet],
  template: `
    @if (isComing()) {
      <div class="coming" role="status" data-testid="coming">
        <span class="sr-only">{{ t('state.loading') }}</span>
      </div>
    }
    <router-outlet (activate)="hasPage.set(true)" />
    @if (!hasPage()) {
      @if (words(); as words) {
        <tn-region-state [icon]="icon" [heading]="words.title" [text]="words.text" [isProblem]="true" [isPage]="true" />
      } @else if (broken(); as problem) {
        <tn-region-state
          [icon]="icon"
          [heading]="t('state.noPage')"
          [text]="texts.why(problem)"
          [isProblem]="true"
          [isPage]="true"
          data-testid="broken"
        >
          <button mat-flat-button type="button" (click)="loadAnew()">{{ t('act.retry') }}</button>
        </tn-region-state>
      }
    }
  `,
  styles: `
    .coming {
      position: fixed;
      inset: 0 0 auto;
      z-index: 4;
      height: 2px;
      background: var(--accent);
      transform-origin: left;
      animation: come 8s ease-out forwards;
    }
    @keyframes come {
      from {
        transform: scaleX(0.05);
      }
      to {
        transform: scaleX(0.95);
      }
    }
  `,
})
export class Root {
  private readonly router = inject(Router);
  protected readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly broken = inject(BrokenPage).problem;
  protected readonly icon = LucideCloudOff.icon;
  protected readonly words = reachWords();
  protected readonly hasPage = signal(false);
  /** The next page is on its way, and not here at once. */
  protected readonly isComing = signal(false);

  constructor() {
    effect((onCleanup) => {
      this.isComing.set(false);
      if (!this.router.currentNavigation()) return;
      const timer = setTimeout(() => this.isComing.set(true), SOON_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }

  protected loadAnew(): void {
    location.reload();
  }
}
