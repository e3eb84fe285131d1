import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { LucideCompass } from '@lucide/angular';
import { RegionState } from '@tenon/ui';
import { Texts } from '../language/texts.js';

/** What an address shows that leads nowhere. */
@Component({
  selector: 'tn-missing',
  imports: [MatButtonModule, RegionState, RouterLink],
  template: `
    <tn-region-state [icon]="icon" [heading]="t('missing.title')" [text]="t('missing.text')" [isPage]="true">
      <a mat-flat-button routerLink="/">{{ t('missing.home') }}</a>
    </tn-region-state>
  `,
})
export class Missing {
  protected readonly t = inject(Texts).t;
  protected readonly icon = LucideCompass.icon;
}
