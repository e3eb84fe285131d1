import {
  Component,
  computed,
  DestroyRef,
  effect,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import { FormsModule } from '@angular/forms';
import { MatButtonModule } from '@angular/material/button';
import type { Json, JsonObject } from '@tenon/base';
import type { CompileResult } from '@tenon/compiler';
import { FollowEnd, StatePill, type State } from '@tenon/ui';
import { Act } from '../api/act.js';
import { ask } from '../api/ask.js';
import { Mutations } from '../api/mutations.js';
import { Reach } from '../api/reach.js';
import { recall, remember } from '../api/tab-memory.js';
import type { AppCardFragment } from '../apps/apps.generated.js';
import { Texts } from '../language/texts.js';
import { reasonOfRun } from '../runs/run-reason.js';
import { MarkdownView } from '../markdown/markdown-view.js';
import { isEnd, isOver, stateOfRun } from '../runs/run-state.js';
import { RunAnnouncer } from '../runs/run-announcer.js';
import { RunStory } from '../runs/run-story.js';
import { untilSettled } from '../runs/until-settled.js';
import { isComposing } from '../shell/composing.js';
import { CopyButton } from '../shell/copy-button.js';
import { Patience } from '../models/patience.js';
import { ProblemLine } from '../shell/problem-line.js';
import { ValueView } from '../value/value-view.js';
import { PanelRunDocument, StopRunDocument, ThreadDocument } from './app.generated.js';
import { RunFoot } from './run-foot.js';
import { RunStarts } from './run-starts.js';
import { StartForm } from './start-form.js';

/** Something to begin with: a message, and values of the start form. */
export interface FirstQuestion {
  readonly query: string | null;
  readonly inputs: unknown;
}

/** Events in a burst are followed by one question, so long after the last, in milliseconds. */
const QUIET_MS = 300;

/** Tries the draft of an app: a form or a conversation, and what comes of it while it comes. */
@Component({
  selector: 'tn-run-panel',
  imports: [
    CopyButton,
    FollowEnd,
    FormsModule,
    MarkdownView,
    MatButtonModule,
    Patience,
    ProblemLine,
    RunFoot,
    StartForm,
    StatePill,
    ValueView,
  ],
  templateUrl: './run-panel.html',
  styleUrl: './run-panel.scss',
})
export class RunPanel {
  private readonly mutations = inject(Mutations);
  private readonly starts = inject(RunStarts);
  protected readonly isAway = inject(Reach).isAway;
  protected readonly story = inject(RunStory);
  private readonly announcer = inject(RunAnnouncer);
  private readonly texts = inject(Texts);
  protected readonly t = this.texts.t;

  readonly app = input.required<AppCardFragment>();
  readonly compiled = input<CompileResult>();
  /** Id of the run that is shown. */
  readonly run = input<string>();
  /** What to ask first; it is filled in. */
  readonly first = input<FirstQuestion>();
  /** Another run is to be shown, or none. */
  readonly shown = output<string | undefined>();

  private readonly form = viewChild(StartForm);
  private readonly filled = viewChild<ElementRef<HTMLDetailsElement>>('filled');
  private readonly storedAs = computed(() => `tenon.message.${this.app().id}`);
  /** Kept until it is sent, also over a reload and a sign-in. */
  protected readonly message = linkedSignal(() => this.first()?.query ?? recall<string>(this.storedAs()) ?? '');
  private leaving = new AbortController();
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
    const issues = compiled && !compiled.ok ? compiled.issues.filter(({ severity }) => severity === 'error') : [];
    return issues.map((issue) => ({ ...issue, message: this.texts.why(issue) }));
  });

  protected readonly asked = ask(PanelRunDocument, () => {
    const id = this.run();
    return id ? { id } : undefined;
  });
  /** Null also where it is of another app. */
  private readonly found = computed(() => {
    const run = this.asked.data()?.run;
    return run && run.appId !== this.app().id ? null : run;
  });
  protected readonly record = computed(() => this.found() ?? undefined);
  protected readonly isMissing = computed(() => this.run() !== undefined && this.found() === null);
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

  /** What its conversation was begun with. */
  protected readonly given = computed(() => this.record()?.inputs ?? {}, {
    equal: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  /** That can be changed for the next message once it was looked at. */
  protected readonly hasForm = linkedSignal(() => (this.run(), false));

  /** Nothing may be started now: a conversation goes on only when it is known. */
  protected readonly isBlocked = computed(
    () =>
      this.sending.isBusy() ||
      this.issues().length > 0 ||
      (this.run() !== undefined && this.asked.data() === undefined),
  );
  protected readonly state = computed<State | undefined>(() => {
    const outcome = this.story.view()?.outcome;
    if (outcome) return outcome.status;
    const pulse = this.story.pulse();
    // of an end is said only together with what came of it
    const standing = pulse && !isOver(pulse.status) ? pulse : this.record();
    return standing && stateOfRun(standing);
  });
  /** Why it does not go on, if there is anything to say. */
  protected readonly reason = computed(() => {
    const pulse = this.story.pulse();
    return reasonOfRun({ ...pulse }, this.texts);
  });
  protected readonly isRunning = computed(() => {
    const state = this.state();
    return state !== undefined && !isEnd(state);
  });
  protected readonly answer = computed(() => {
    const { status, answer } = this.record() ?? {};
    const told = this.story.view()?.outcome?.outputs['answer'];
    const whole = (status && isOver(status) && answer) || (typeof told === 'string' && told);
    return whole || this.story.answer() || answer || '';
  });
  protected readonly outputs = computed(() => {
    const outputs = this.story.view()?.outcome?.outputs ?? (this.record()?.outputs as JsonObject | null) ?? {};
    return (Object.entries(outputs) as [string, Json][]).map(([name, value]) => ({ name, value }));
  });
  protected readonly failure = computed(() => {
    const failure = this.story.view()?.outcome?.failure ?? this.record()?.failure;
    return failure ? this.texts.why(failure) : '';
  });

  constructor() {
    effect((onCleanup) => {
      // the record says what has been used, which events do not
      if (!this.story.view()) return;
      const timer = setTimeout(() => untracked(() => this.asked.reload()), QUIET_MS);
      onCleanup(() => clearTimeout(timer));
    });
    untilSettled(this.asked, this.record);
    inject(DestroyRef).onDestroy(() => this.leave());
  }

  protected write(message: string): void {
    this.message.set(message);
    remember(this.storedAs(), message || undefined);
  }

  protected send(): void {
    const query = this.message().trim();
    const form = this.form();
    const inputs = form ? form.read() : (this.given() as JsonObject);
    const filled = this.filled()?.nativeElement;
    if (filled && !inputs) filled.open = true; // it says why
    if (query && inputs && !this.isBlocked()) void this.start(inputs, query);
  }

  /** Enter sends; while a word is being composed from keys it does not. */
  protected onEnter(event: Event): void {
    const key = event as KeyboardEvent;
    if (key.shiftKey || isComposing(key)) return;
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
    const request = {
      appId: this.app().id,
      useDraft: true,
      inputs,
      ...(query !== undefined && { query }),
      ...(conversationId && { conversationId }),
    };
    await this.sending.run(async () => {
      this.leaving = new AbortController();
      const run = await this.starts.start(request, this.leaving.signal);
      // what was written meanwhile is not what was sent
      if (this.message().trim() === query) this.write('');
      this.announcer.expect(run);
      this.shown.emit(run);
    });
  }

  /** What has no answer yet is sent no more. */
  protected leave(): void {
    this.leaving.abort();
  }

  protected async stop(): Promise<void> {
    const runId = this.run();
    if (runId) await this.stopping.run(() => this.mutations.perform(StopRunDocument, { input: { runId } }));
  }
}
