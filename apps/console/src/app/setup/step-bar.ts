import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { LucideCheck, LucideDynamicIcon } from '@lucide/angular';
import { Texts } from '../language/texts.js';

const STEPS = ['model', 'template', 'ask'] as const;

/** The steps of the way: which are done, and which is shown. Each can be gone to that has something to show. */
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
                routerLink="/setup"
                [queryParams]="{ step: step.name }"
                queryParamsHandling="merge"
                [attr.aria-current]="step.name === shown() ? 'step' : null"
                [attr.data-testid]="'setup.step.' + step.name"
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
  readonly isModelReady = input.required<boolean>();
  /** A first answer was given. */
  readonly isDone = input.required<boolean>();
  readonly shown = input<string>();
  /** The app that was made, if one was. */
  readonly app = input<string>();

  protected readonly t = inject(Texts).t;
  protected readonly check = LucideCheck.icon;
  protected readonly steps = computed(() => {
    const done = {
      model: this.isModelReady(),
      template: this.isDone() || this.app() !== undefined,
      ask: this.isDone(),
    };
    return STEPS.map((name) => ({
      name,
      text: this.t(`setup.step.${name}`),
      isDone: done[name],
      isOpen: name !== 'ask' || this.app() !== undefined,
    }));
  });
}
