import { Component, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LucideCheck, LucideDynamicIcon } from '@lucide/angular';
import { Texts } from '../language/texts.js';

/** A step of a way. */
export interface Step {
  /** As the address names it: `?step=`. */
  readonly name: string;
  readonly text: string;
  readonly isDone: boolean;
  /** It has something to show. */
  readonly isOpen: boolean;
}

/** The steps of a way: which are done, and which is shown. Each can be gone to that has something to show. */
@Component({
  selector: 'tn-step-bar',
  imports: [LucideDynamicIcon, RouterLink],
  template: `
    <nav [attr.aria-label]="t('setup.steps')">
      <ol>
        @for (step of steps(); track step.name; let index = $index) {
          <li [class.here]="step.name === shown()">
            <span class="number" aria-hidden="true">
              @if (step.isDone) {
                <svg [lucideIcon]="check" size="14" />
              } @else {
                {{ index + 1 }}
              }
            </span>
            @if (step.isOpen) {
              <a
                [routerLink]="path()"
                [queryParams]="{ step: step.name }"
                queryParamsHandling="merge"
                [attr.aria-current]="step.name === shown() ? 'step' : null"
                [attr.data-testid]="way() + '.step.' + step.name"
                >{{ step.text }}</a
              >
            } @else {
              <span>{{ step.text }}</span>
            }
            @if (step.isDone) {
              <span class="sr-only">{{ t('setup.done') }}</span>
            }
          </li>
        }
      </ol>
    </nav>
  `,
  styles: `
    ol {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-2) var(--space-6);
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      gap: var(--space-2);
      color: var(--text-3);
    }
    .here {
      color: var(--text);
      font-weight: 600;
    }
    .number {
      display: inline-grid;
      place-items: center;
      width: 24px;
      height: 24px;
      border: 1px solid currentcolor;
      border-radius: 50%;
      font-size: 12px;
    }
    a {
      color: inherit;
    }
  `,
})
export class StepBar {
  /** Address of the page that shows the steps. */
  readonly path = input.required<string>();
  /** Name of the way, for tests. */
  readonly way = input.required<string>();
  readonly steps = input.required<readonly Step[]>();
  readonly shown = input<string>();

  protected readonly t = inject(Texts).t;
  protected readonly check = LucideCheck.icon;
}
