import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { LucideCloudOff, LucideLock } from '@lucide/angular';
import { RegionState, Skeleton } from '@tenon/ui';
import type { Asked } from '../api/ask.js';
import { Reach } from '../api/reach.js';
import { Texts } from '../language/texts.js';
import { AskOwner } from './ask-owner.js';
import { CopyButton } from './copy-button.js';
import { detailsOf } from './problem-details.js';

/** Loading for longer than this, in milliseconds, is said, with a way to ask again. */
const LONG_MS = 8_000;
const FORBIDDEN = ['auth.notOwner', 'auth.notAllowed'];

/**
 * How what was asked for stands, above its content: while it is not there, its shape, or why it will not come; when it is
 * there, whether it is asked anew, and why that came to nothing.
 */
@Component({
  selector: 'tn-pending',
  imports: [AskOwner, CopyButton, MatButtonModule, RegionState, Skeleton],
  host: { '[class.there]': 'hasData()' },
  template: `
    @if (hasData()) {
      @if (isLoading()) {
        <span class="bar" role="progressbar" [attr.aria-label]="t('state.loading')"></span>
      }
      @if (problem(); as problem) {
        @if (!isAway()) {
          <p class="stale" role="alert" data-testid="stale">
            <span>{{ t('problem.stale') }} {{ why(problem) }}</span>
            <button mat-button (click)="of().reload()">{{ t('act.retry') }}</button>
          </p>
        }
      }
    } @else if (problem(); as problem) {
      @if (isForbidden()) {
        <tn-region-state [icon]="icons.forbidden" [heading]="why(problem)" [isProblem]="true">
          <tn-ask-owner />
        </tn-region-state>
      } @else {
        <tn-region-state [icon]="icons.away" [heading]="t('problem.title')" [text]="why(problem)" [isProblem]="true">
          <button mat-flat-button (click)="of().reload()">{{ t('act.retry') }}</button>
          <tn-copy-button [of]="details" [label]="t('problem.copy')" />
        </tn-region-state>
      }
    } @else {
      <span class="sr-only" role="status">{{ t(isLong() ? 'state.stillLoading' : 'state.loading') }}</span>
      @if (isLong()) {
        <p class="stale" data-testid="long">
          <span aria-hidden="true">{{ t('state.stillLoading') }}</span>
          <button mat-button (click)="of().reload()">{{ t('act.retry') }}</button>
        </p>
      }
      <tn-skeleton [rows]="rows()" [height]="height()" />
    }
  `,
  styles: `
    :host {
      display: block;
    }
    :host(.there) {
      display: contents;
    }
    .bar {
      position: fixed;
      inset: 0 0 auto;
      z-index: 4;
      height: 2px;
      overflow: hidden;
      animation: appear 300ms step-end;
    }
    .bar::after {
      content: '';
      position: absolute;
      inset: 0 70% 0 0;
      background: var(--accent);
      animation: pass 1.2s ease-in-out infinite alternate;
    }
    .stale {
      grid-column: 1 / -1;
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--space-2);
      padding-inline: var(--inset, 0);
      color: var(--text-2);
      overflow-wrap: anywhere;
    }
    .stale[role='alert'] span {
      color: var(--state-bad);
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
    }
    @keyframes pass {
      to {
        inset: 0 0 0 70%;
      }
    }
  `,
})
export class Pending {
  readonly of = input.required<
    Pick<Asked<unknown>, 'problem' | 'reload'> & Partial<Pick<Asked<unknown>, 'data' | 'isLoading'>>
  >();
  readonly rows = input(4);
  /** Of a row, in pixels. */
  readonly height = input(32);

  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly why = this.texts.why;
  protected readonly icons = { away: LucideCloudOff.icon, forbidden: LucideLock.icon };
  /** The banner says it of the whole page then. */
  protected readonly isAway = inject(Reach).isAway;
  protected readonly hasData = computed(() => this.of().data?.() !== undefined);
  protected readonly isLoading = computed(() => this.of().isLoading?.() ?? false);
  protected readonly problem = computed(() => this.of().problem());
  protected readonly isForbidden = computed(() => FORBIDDEN.includes(this.problem()?.code ?? ''));
  protected readonly isLong = signal(false);
  protected readonly details = () => {
    const problem = this.problem();
    return problem ? detailsOf(problem) : '';
  };

  constructor() {
    effect((onCleanup) => {
      this.isLong.set(false);
      if (this.hasData() || this.problem()) return;
      const timer = setTimeout(() => this.isLong.set(true), LONG_MS);
      onCleanup(() => clearTimeout(timer));
    });
  }
}
