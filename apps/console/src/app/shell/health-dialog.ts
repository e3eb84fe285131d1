import { Component, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialogModule } from '@angular/material/dialog';
import { LucideCircleAlert, LucideCircleCheck, LucideDynamicIcon, LucideTriangleAlert } from '@lucide/angular';
import { Reach } from '../api/reach.js';
import { Texts } from '../language/texts.js';
import { HealthState } from './health-state.js';

/** What Tenon consists of and how well each part is; it changes while it is looked at. */
@Component({
  selector: 'tn-health-dialog',
  imports: [LucideDynamicIcon, MatButtonModule, MatDialogModule],
  template: `
    <h2 mat-dialog-title>{{ t('health.title') }}</h2>
    <mat-dialog-content>
      @if (isAway()) {
        <p class="bad">{{ t('away.title') }}. {{ t('away.text') }}</p>
      }
      <ul aria-live="polite">
        @for (part of health.parts(); track part.name) {
          <li [class]="part.level" [attr.data-testid]="part.name">
            <svg [lucideIcon]="icons[part.level]" size="18" />
            <div>
              <strong>{{ t(part.name) }}</strong>
              <p>{{ t(part.text, part.values) }}</p>
              @if (part.detail) {
                <p class="detail">{{ part.detail }}</p>
              }
            </div>
          </li>
        }
      </ul>
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button mat-button mat-dialog-close>{{ t('act.close') }}</button>
    </mat-dialog-actions>
  `,
  styles: `
    ul {
      display: grid;
      gap: var(--space-3);
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      gap: var(--space-3);
      overflow-wrap: anywhere;
    }
    svg {
      flex: none;
    }
    .good svg {
      color: var(--state-good);
    }
    .warning svg {
      color: var(--state-warning);
    }
    .bad svg {
      color: var(--state-bad);
    }
    .detail {
      color: var(--text-3);
    }
  `,
})
export class HealthDialog {
  protected readonly t = inject(Texts).t;
  protected readonly isAway = inject(Reach).isAway;
  protected readonly health = inject(HealthState);
  protected readonly icons = {
    good: LucideCircleCheck.icon,
    warning: LucideTriangleAlert.icon,
    bad: LucideCircleAlert.icon,
  };
}
