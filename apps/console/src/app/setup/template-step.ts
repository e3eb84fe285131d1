import { Component, inject, output, signal } from '@angular/core';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Texts } from '../language/texts.js';
import { Pending } from '../shell/pending.js';
import { ProblemLine } from '../shell/problem-line.js';
import { TemplateApps } from '../templates/template-apps.js';
import { TemplateCard } from '../templates/template-card.js';
import { TemplatesDocument, type TemplatePartsFragment } from '../templates/templates.generated.js';

/** What a person is led on with: the app, and the template whose question is asked of it. */
export interface ChosenTemplate {
  readonly app: string;
  readonly template: string;
}

/** The second step: an app to begin with. One that the team was given already is not made again. */
@Component({
  selector: 'tn-template-step',
  imports: [Pending, ProblemLine, TemplateCard],
  template: `
    <h2>{{ t('setup.template') }}</h2>
    @if (asked.data(); as data) {
      <ul>
        @for (template of data.templates; track template.id) {
          <li>
            <tn-template-card [template]="template" [isBusy]="act.isBusy()" (used)="use(template)" />
            @if (used() === template.id) {
              <tn-problem-line [problem]="act.problem()" />
            }
          </li>
        }
      </ul>
    } @else {
      <tn-pending [of]="asked" [rows]="4" [height]="240" />
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: var(--space-4);
    }
    ul {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(260px, 100%), 1fr));
      gap: var(--space-4);
      margin: 0;
      padding: 0;
      list-style: none;
    }
  `,
})
export class TemplateStep {
  readonly done = output<ChosenTemplate>();

  private readonly texts = inject(Texts);
  private readonly apps = inject(TemplateApps);
  protected readonly t = this.texts.t;
  protected readonly asked = ask(TemplatesDocument, () => ({ language: this.texts.language() }));
  protected readonly act = new Act();
  /** The template that was tried last, beside which a problem is told. */
  protected readonly used = signal('');

  protected async use(template: TemplatePartsFragment): Promise<void> {
    this.used.set(template.id);
    await this.act.run(async () =>
      this.done.emit({ app: await this.apps.findOrMake(template), template: template.id }),
    );
  }
}
