import { Component, input } from '@angular/core';

/** A control with its label above, help below, and what is wrong with it. The control is the content. */
@Component({
  selector: 'tn-field',
  template: `
    <label>
      <span class="label">
        {{ label() }}
        @if (isRequired()) {
          <span aria-hidden="true">*</span><span class="sr-only">{{ requiredText() }}</span>
        }
      </span>
      <ng-content />
    </label>
    @if (problem()) {
      <p class="problem" role="alert">{{ problem() }}</p>
    } @else if (hint()) {
      <p class="hint">{{ hint() }}</p>
    }
  `,
  styles: `
    :host,
    label {
      display: grid;
      gap: var(--space-1);
    }
    .label {
      font-weight: 500;
    }
    .problem {
      color: var(--state-bad);
    }
    .hint {
      color: var(--text-3);
    }
    label ::ng-deep :is(input:not([type='checkbox']), textarea, select) {
      width: 100%;
      box-sizing: border-box;
      padding: var(--space-2) var(--space-3);
      border: 1px solid var(--line-strong);
      border-radius: var(--radius-field);
      background: var(--surface-0);
      color: var(--text);
      font: inherit;
    }
    label ::ng-deep textarea {
      min-height: 72px;
      max-height: 40vh;
      field-sizing: content;
      resize: vertical;
    }
    label ::ng-deep input[type='checkbox'] {
      justify-self: start;
      width: 18px;
      height: 18px;
      accent-color: var(--accent);
    }
  `,
})
export class Field {
  readonly label = input.required<string>();
  readonly hint = input('');
  readonly problem = input('');
  readonly isRequired = input(false);
  /** Read out for the sign of what is required. */
  readonly requiredText = input('');
}
