import { Component, computed, inject, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { Definition } from '@tenon/dsl';
import { AppIcon } from '../apps/app-icon.js';
import { modeName } from '../apps/mode-name.js';
import { Texts } from '../language/texts.js';
import { TemplatePicture } from './template-picture.js';
import type { TemplatePartsFragment } from './templates.generated.js';

/** One template: what it does, what it needs, and a button that begins with it. */
@Component({
  selector: 'tn-template-card',
  imports: [AppIcon, MatButtonModule, RouterLink, TemplatePicture],
  template: `
    <tn-template-picture [definition]="definition()" />
    <div class="head">
      <tn-app-icon [icon]="template().icon" [name]="template().title" [color]="template().iconBackground" />
      <div>
        <h3>
          <a [routerLink]="['/templates', template().id]">{{ template().title }}</a>
        </h3>
        <p class="note">{{ mode() }}</p>
      </div>
    </div>
    <p>{{ template().summary }}</p>
    <p class="note">{{ needs() }}</p>
    <button
      mat-stroked-button
      [disabled]="isBusy()"
      [attr.data-testid]="'templates.use.' + template().id"
      (click)="used.emit()"
    >
      {{ t('templates.use') }} <span class="sr-only">{{ template().title }}</span>
    </button>
  `,
  styles: `
    :host {
      display: grid;
      grid-template-rows: auto auto 1fr auto auto;
      gap: var(--space-3);
      height: 100%;
      box-sizing: border-box;
      padding: var(--space-4);
      border: 1px solid var(--line);
      border-radius: var(--radius-card);
    }
    .head {
      display: flex;
      align-items: center;
      gap: var(--space-3);
      overflow-wrap: anywhere;
    }
    .note {
      color: var(--text-3);
      font-size: 12px;
    }
    button {
      justify-self: start;
    }
  `,
})
export class TemplateCard {
  readonly template = input.required<TemplatePartsFragment>();
  readonly isBusy = input(false);
  readonly used = output();

  protected readonly t = inject(Texts).t;
  protected readonly definition = computed(() => this.template().definition as Definition);
  protected readonly mode = computed(() => modeName(this.template().mode, this.t));
  protected readonly needs = computed(() => {
    const names = this.template().needs.map((need) => this.t(`templates.need.${need}`));
    return this.t('templates.needs', { names: names.join(' · ') });
  });
}
