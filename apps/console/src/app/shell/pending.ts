import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideCloudOff } from '@lucide/angular';
import { RegionState, Skeleton } from '@tenon/ui';
import type { Asked } from '../api/ask.js';
import type { Problem } from '../api/problem.js';
import { Texts } from '../language/texts.js';

/** Stands in the place of what was asked for and is not there: the shape of it while it loads, else why not. */
@Component({
  selector: 'tn-pending',
  imports: [MatButtonModule, RegionState, Skeleton],
  template: `
    @if (problem(); as problem) {
      <tn-region-state
        [icon]="icon"
        [heading]="t('problem.title')"
        [text]="problem.message || t('problem.away')"
        [isProblem]="true"
      >
        <button mat-flat-button (click)="of().reload()">{{ t('act.retry') }}</button>
        <button mat-button (click)="copy(problem)">{{ t('problem.copy') }}</button>
      </tn-region-state>
    } @else {
      <span class="sr-only" role="status">{{ t('state.loading') }}</span>
      <tn-skeleton [rows]="rows()" [height]="height()" />
    }
  `,
})
export class Pending {
  readonly of = input.required<Pick<Asked<unknown>, 'problem' | 'reload'>>();
  readonly rows = input(4);
  /** Of a row, in pixels. */
  readonly height = input(32);

  protected readonly t = inject(Texts).t;
  protected readonly icon = LucideCloudOff.icon;
  protected readonly problem = computed(() => this.of().problem());

  protected async copy({ message, code, requestId }: Problem): Promise<void> {
    const lines = [code, message, requestId && `request ${requestId}`, new Date().toISOString()];
    await navigator.clipboard.writeText(lines.filter(Boolean).join('\n'));
  }
}
