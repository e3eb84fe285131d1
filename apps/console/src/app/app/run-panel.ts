import { Component, computed, effect, inject, input, linkedSignal, output, untracked, viewChild } from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import type { Json, JsonObject } from '@tenon/base';
import type { CompileResult } from '@tenon/compiler';
import { StatePill, type State } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import type { AppCardFragment } from '../apps/apps.generated.js';
import { Texts } from '../language/texts.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { stateOfRun } from '../runs/run-state.js';
import { RunStory } from '../runs/run-story.js';
import { CopyButton } from '../shell/copy-button.js';
import { ProblemLine } from '../shell/problem-line.js';
import { ValueView } from '../value/value-view.js';
import { PanelRunDocument, StartRunDocument, StopRunDocument, ThreadDocument } from './app.generated.js';
import { StartForm } from './start-form.js';

/** Something to begin with: a message, and values of the start form. */
export interface FirstQuestion {
  readonly query: string | null;
  readonly inputs: unknown;
}

/** Tries the draft of an app: a form or a conversation, and what comes of it while it comes. */
@Component({
  selector: 'tn-run-panel',
  imports: [
    CopyButton,
    FormsModule,
    MarkdownView,
    MatButtonModule,
    ProblemLine,
    RouterLink,
    StartForm,
    StatePill,
    ValueView,
  ],
  templateUrl: './run-panel.html',
  styleUrl: './run-panel.scss',
})
export class RunPanel {
  private readonly mutations = inject(Mutations);
  protected readonly story = inject(RunStory);
  protected readonly t = inject(Texts).t;

  readonly app = input.required<AppCardFragment>();
  readonly compiled = input<CompileResult>();
  /** Id of the run that is shown. */
  readonly run = input<string>();
  /** What to ask first; it is filled in. */
  readonly first = input<FirstQuestion>();
  /** Another run is to be shown, or none. */
  readonly shown = output<string | undefined>();

  private readonly form = viewChild(StartForm);
  protected readonly message = linkedSignal(() => this.first()?.query ?? '');
  protected readonly sending = new Act();
  protected readonly stopping = new Act();
  protected readonly problem = computed(() => this.sending.problem() ?? this.stopping.problem());

  protected readonly isChat = computed(() => this.app().mode.endsWith('chat'));
  protected readonly fields = computed(() => {
    const compiled = this.compiled();
    return compiled?.ok ? compiled.plan.inputs : [];
  });
  protected readonly issues = computed(() => {
    const compiled = this.compiled();
    return compiled && !compiled.ok ? compiled.issues.filter(({ severity }) => severity === 'error') : [];
  });

  protected readonly asked = ask(PanelRunDocument, () => {
    const id = this.run();
    return id ? { id } : undefined;
  });
  protected readonly record = computed(() => this.asked.data()?.run ?? undefined);
  protected readonly thread = ask(ThreadDocument, () => {
    const id = this.record()?.conversationId;
    return id ? { id } : undefined;
  });
  /** What was said before the run that is shown. */
  protected readonly earlier = computed(() => {
    const messages = this.thread.data()?.conversation?.messages ?? [];
    const here = messages.findIndex(({ runId }) => runId === this.run());
    return here < 0 ? messages : messages.slice(0, here);
  });

  protected readonly state = computed<State | undefined>(() => {
    const outcome = this.story.view()?.outcome;
    if (outcome) return outcome.status;
    const standing = this.story.pulse() ?? this.record();
    return standing && stateOfRun(standing);
  });
  /** Why it does not go on, if there is anything to say. */
  protected readonly reason = computed(() => {
    const pulse = this.story.pulse();
    return pulse?.needsAttention?.reason ?? pulse?.waitingFor ?? '';
  });
  protected readonly isRunning = computed(() => {
    const state = this.state();
    return state !== undefined && !['succeeded', 'partiallySucceeded', 'failed', 'stopped'].includes(state);
  });
  protected readonly answer = computed(() => this.story.answer() || this.record()?.answer || '');
  protected readonly outputs = computed(() => {
    const outputs = this.story.view()?.outcome?.outputs ?? (this.record()?.outputs as JsonObject | null) ?? {};
    return (Object.entries(outputs) as [string, Json][]).map(([name, value]) => ({ name, value }));
  });
  protected readonly failure = computed(
    () => this.story.view()?.outcome?.failure?.message ?? this.record()?.failure?.message ?? '',
  );

  constructor() {
    effect(() => {
      // what was asked while it ran knows nothing of its end
      if (this.story.view()?.outcome) untracked(() => this.asked.reload());
    });
  }

  protected send(): void {
    const query = this.message().trim();
    // a conversation goes on with what was filled in at its beginning
    const inputs = this.form() ? this.form()?.read() : ((this.record()?.inputs ?? {}) as JsonObject);
    if (query && inputs) void this.start(inputs, query);
  }

  /** Enter sends; while a word is being composed from keys it does not. */
  protected onEnter(event: Event): void {
    const { shiftKey, isComposing } = event as KeyboardEvent;
    if (shiftKey || isComposing) return;
    event.preventDefault();
    this.send();
  }

  /** The same once more: a form with what was filled in, a question as the next of its conversation. */
  protected async retry(): Promise<void> {
    const record = this.record();
    if (record) await this.start((record.inputs ?? {}) as JsonObject, record.query ?? undefined);
  }

  protected async start(inputs: JsonObject, query?: string): Promise<void> {
    const conversationId = this.record()?.conversationId;
    const input = {
      appId: this.app().id,
      useDraft: true,
      inputs,
      idempotencyKey: crypto.randomUUID(),
      ...(query !== undefined && { query }),
      ...(conversationId && { conversationId }),
    };
    await this.sending.run(async () => {
      const { run } = await this.mutations.perform(StartRunDocument, { input });
      this.message.set('');
      this.shown.emit(run?.id);
    });
  }

  protected async stop(): Promise<void> {
    const runId = this.run();
    if (runId) await this.stopping.run(() => this.mutations.perform(StopRunDocument, { input: { runId } }));
  }
}
