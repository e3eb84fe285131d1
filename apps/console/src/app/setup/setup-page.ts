import { Component, computed, effect, ElementRef, inject, input, viewChild } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { AskStep } from './ask-step.js';
import { FirstSteps } from './first-steps.js';
import { ModelStep } from './model-step.js';
import { SetupBar } from './setup-bar.js';
import { TemplateStep, type ChosenTemplate } from './template-step.js';

/** Steps in their order. */
export const SETUP_STEPS = ['model', 'template', 'ask'] as const;
export type SetupStep = (typeof SETUP_STEPS)[number];

/**
 * Leads a newcomer to a first answer. Which step it is follows from what the team has; the address may name another one,
 * and holds what was chosen.
 */
@Component({
  selector: 'tn-setup-page',
  host: { class: 'page' },
  imports: [AskStep, MatButtonModule, ModelStep, Pending, RouterLink, SetupBar, TemplateStep],
  providers: [FirstSteps],
  templateUrl: './setup-page.html',
  styles: `
    :host {
      max-width: 1100px;
    }
    header {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-3);
    }
    .body {
      outline: none;
    }
    .acts {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-2);
      margin-top: var(--space-4);
    }
  `,
})
export class SetupPage {
  private readonly router = inject(Router);
  private readonly body = viewChild<ElementRef<HTMLElement>>('body');
  protected readonly steps = inject(FirstSteps);
  protected readonly t = inject(Texts).t;

  /** From the address: the step that is shown, the way to a model, the app that was made and its template. */
  readonly step = input<string>();
  readonly way = input<string>();
  readonly app = input<string>();
  readonly template = input<string>();

  /** Where the team stands; undefined when all is done. */
  protected readonly reached = computed<SetupStep | undefined>(() => {
    if (this.steps.hasRun()) return undefined;
    if (this.app()) return 'ask';
    return this.steps.standing() === 'ready' ? 'template' : 'model';
  });
  protected readonly shown = computed(() => {
    const named = SETUP_STEPS.find((one) => one === this.step());
    if (named) return named === 'ask' && !this.app() ? 'template' : named;
    // whoever fills in a form is not led on from it when a model is there meanwhile
    return this.way() && this.reached() ? 'model' : this.reached();
  });

  constructor() {
    let before: SetupStep | undefined;
    effect(() => {
      const step = this.shown();
      const body = this.body()?.nativeElement;
      // people who do not see the step change hear it
      if (body && before && step !== before) body.focus();
      before = body && step;
    });
  }

  protected chooseWay(way: string | undefined): void {
    this.show({ way: way ?? null });
  }

  /** A model was chosen; whoever came back for it goes on to the app that waits. */
  protected leaveModel(): void {
    this.show({ step: this.app() ? 'ask' : 'template', way: null });
  }

  protected leaveTemplate({ app, template }: ChosenTemplate): void {
    if (this.steps.standing() !== 'ready') this.show({ step: 'ask', app, template });
    else void this.router.navigate(['/apps', app, 'graph'], { queryParams: { template } });
  }

  private show(queryParams: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }
}
