import { Component, computed, input } from '@angular/core';
import type { Json } from '@tenon/base';
import { fieldsOf } from './value-forms.js';
import { ValueView } from './value-view.js';

/** A recorded object field by field, each in the form that fits it; any other value as one. */
@Component({
  selector: 'tn-value-fields',
  imports: [ValueView],
  template: `
    @for (field of fields(); track field[0]) {
      <tn-value-view [name]="field[0]" [of]="of()" [value]="field[1]" />
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
      min-width: 0;
    }
  `,
})
export class ValueFields {
  readonly value = input.required<Json>();
  /** What names the files that its fields are kept in, such as the step. */
  readonly of = input('');

  protected readonly fields = computed(() => fieldsOf(this.value()));
}
