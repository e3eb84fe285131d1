import { Component, effect, inject, input, linkedSignal, output, untracked } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import type { Json, JsonObject } from '@tenon/base';
import { coerceInputs, type InputField } from '@tenon/engine';
import { Field } from '@tenon/ui';
import { recall, remember } from '../api/tab-memory.js';
import { Texts } from '../language/texts.js';

type Draft = Readonly<Record<string, string | boolean>>;

/** The form that begins a run: a control for each field of the start node, checked as the API checks it. */
@Component({
  selector: 'tn-start-form',
  imports: [Field, FormsModule, MatButtonModule],
  templateUrl: './start-form.html',
  styles: `
    form {
      display: grid;
      gap: var(--space-4);
    }
    button {
      justify-self: start;
    }
  `,
})
export class StartForm {
  readonly fields = input.required<readonly InputField[]>();
  /** Where what was typed is kept over a reload; one name per app. */
  readonly storedAs = input.required<string>();
  /** Values to begin with, before what was typed. */
  readonly initial = input<unknown>();
  readonly isBusy = input(false);
  /** Without its button, whoever holds the form reads it. */
  readonly hasButton = input(true);
  readonly started = output<JsonObject>();

  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;
  protected readonly draft = linkedSignal<Draft>(() => ({
    ...defaultsOf(this.fields()),
    ...recall<Draft>(this.storedAs()),
    ...draftOf((this.initial() ?? {}) as JsonObject),
  }));
  protected readonly problems = linkedSignal<Readonly<Record<string, string>>>(() => (this.fields(), {}));

  constructor() {
    effect(() => {
      const draft = this.draft();
      remember(untracked(this.storedAs), draft);
    });
  }

  protected set(name: string, value: string | boolean): void {
    this.draft.update((draft) => ({ ...draft, [name]: value }));
  }

  protected textOf(name: string): string {
    const value = this.draft()[name];
    return typeof value === 'string' ? value : '';
  }

  protected start(): void {
    const inputs = this.read();
    if (inputs) this.started.emit(inputs);
  }

  /** What is filled in; undefined when it will not do, which the form then shows. */
  read(): JsonObject | undefined {
    const inputs = Object.fromEntries(
      this.fields().flatMap((field): [string, Json][] => {
        const value = valueOf(field, this.draft()[field.name]);
        return value === undefined ? [] : [[field.name, value]];
      }),
    );
    const checked = coerceInputs(this.fields(), inputs);
    this.problems.set(
      checked.ok ? {} : Object.fromEntries(checked.issues.map((issue) => [issue.name, this.texts.why(issue)])),
    );
    return checked.ok ? inputs : undefined;
  }
}

function defaultsOf(fields: readonly InputField[]): Draft {
  return Object.fromEntries(
    fields.map(({ name, type, default: value }) => [name, type === 'checkbox' ? value === true : textOf(value)]),
  );
}

function draftOf(values: JsonObject): Draft {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'boolean' ? value : textOf(value)]),
  );
}

const textOf = (value: Json): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);

/** What a control says as the API takes it; undefined where it is empty. */
function valueOf({ type }: InputField, value: string | boolean | undefined): Json | undefined {
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === '') return undefined;
  if (type === 'number') return Number(value);
  if (type !== 'json_object') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value; // refused as what it is
  }
}
