import { LiveAnnouncer } from '@angular/cdk/a11y';
import { effect, inject, Injectable, untracked, type OnDestroy } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import type { RunEvent } from '@tenon/engine';
import { Clock } from '../language/clock.js';
import { Quantities } from '../language/quantities.js';
import { Texts } from '../language/texts.js';
import { plainText } from '../markdown/plain-text.js';
import { Aids } from '../shell/aids.js';
import { wordsOfEvent } from './event-words.js';
import { reasonOfRun } from './run-reason.js';
import { RunStory } from './run-story.js';

/** Between what is read out of a run that goes well, in milliseconds. */
const PAUSE_MS = 3_000;
/** Characters of an answer that are read out: whoever wants more reads it where it stands. */
const LONGEST = 2_000;

/** A step that succeeded; how long it took is not known where its beginning was not seen. */
interface Done {
  readonly stepKey: string;
  readonly tookMs: number | undefined;
}
type Finished = Extract<RunEvent, { readonly type: 'run.finished' }>;

/**
 * Says what a run does to people who do not see it, in one place of the page: its steps as they come, but seldom; what
 * fails, at once; and how it ended, with its answer when all of that is there. A screen has one, beside its `RunStory`.
 */
@Injectable()
export class RunAnnouncer implements OnDestroy {
  private readonly announcer = inject(LiveAnnouncer);
  private readonly texts = inject(Texts);
  private readonly quantities = inject(Quantities);
  private readonly aids = inject(Aids);
  private readonly clock = inject(Clock);
  private readonly story = inject(RunStory);

  /** What a step is called. */
  nameOf: (stepKey: string) => string = (stepKey) => stepKey;

  /** Runs that were started on this screen: all they do is news. */
  private readonly own = new Set<string>();
  private newsFrom = 0;
  private startedAt = 0;
  /** When steps that are under way began, by their keys. */
  private running = new Map<string, number>();
  /** Steps that ended since something was said. */
  private done: Done[] = [];
  private finished: Finished | undefined;
  private saidAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.story.events.pipe(takeUntilDestroyed()).subscribe((events) => this.take(events));
    let told = '';
    effect(() => {
      const { needsAttention = null, waitingFor = null } = this.story.pulse() ?? {};
      const reason = reasonOfRun({ needsAttention, waitingFor }, this.texts);
      if (reason !== told && reason)
        untracked(() => void this.announcer.announce(reason, needsAttention ? 'assertive' : 'polite'));
      told = reason;
    });
  }

  /** A run was started here. */
  expect(runId: string): void {
    this.own.add(runId);
  }

  /**
   * Another run is followed from now on.
   * @param isAfter  what it did before is known, and is not told again
   */
  begin(runId: string, isAfter = false): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.newsFrom = isAfter || this.own.has(runId) ? 0 : this.clock.now();
    this.running = new Map();
    this.done = [];
    this.finished = undefined;
  }

  ngOnDestroy(): void {
    clearTimeout(this.timer);
  }

  private take(events: readonly RunEvent[]): void {
    const news = events.filter((event) => this.isNews(event));
    for (const event of events) this.note(event, this.isNews(event));
    if (this.finished?.outcome.status === 'failed') return this.tell();
    const failed = this.finished ? undefined : news.findLast(({ type }) => type === 'step.failed');
    if (failed) return this.say(this.wordsOf(failed), 'assertive');
    if (events.at(-1)?.type === 'run.finished' && !this.finished) return this.say('', 'polite');
    // of what happened before, more may follow
    const dueAt = (news.length > 0 ? this.saidAt : this.clock.now()) + PAUSE_MS;
    this.timer ??= setTimeout(() => this.tell(), Math.max(0, dueAt - this.clock.now()));
  }

  /** What a run did before somebody looked at it is no news, as far as the clocks agree. */
  private isNews({ at }: RunEvent): boolean {
    return at >= this.newsFrom;
  }

  private note(event: RunEvent, isNews: boolean): void {
    if (event.type === 'run.started') this.startedAt = event.at;
    else if (event.type === 'run.finished') this.finished = isNews ? event : undefined;
    else if (event.type === 'step.started') this.running.set(event.stepKey, event.at);
    else if (event.type !== 'step.retrying') {
      const began = this.running.get(event.stepKey);
      this.running.delete(event.stepKey);
      if (event.type === 'step.succeeded' && isNews)
        this.done.push({ stepKey: event.stepKey, tookMs: began === undefined ? undefined : event.at - began });
    }
  }

  private tell(): void {
    const end = this.finished;
    if (end) return this.say(this.wordsOfEnd(end), end.outcome.status === 'failed' ? 'assertive' : 'polite');
    this.say(this.aids.announcesRuns() ? this.wordsOfProgress() : '', 'polite');
  }

  private say(words: string, politeness: 'polite' | 'assertive'): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    [this.done, this.finished] = [[], undefined];
    if (!words) return;
    this.saidAt = this.clock.now();
    void this.announcer.announce(words, politeness);
  }

  private wordsOfProgress(): string {
    const { t } = this.texts;
    const last = this.done.at(-1);
    const step = last && this.nameOf(last.stepKey);
    const steps = [...this.running.keys()].map(this.nameOf).join(t('announce.and'));
    return [
      last &&
        (this.done.length > 1 ? t('announce.stepsDone', { count: this.done.length, step }) : this.wordsOfDone(last)),
      steps && t('announce.running', { steps }),
    ]
      .filter(Boolean)
      .join(' ');
  }

  private wordsOfDone({ stepKey, tookMs }: Done): string {
    const step = this.nameOf(stepKey);
    if (tookMs === undefined) return this.texts.t('announce.done', { step });
    return this.texts.t('announce.stepDone', { step, duration: this.quantities.spoken(tookMs) });
  }

  private wordsOfEnd(event: Finished): string {
    const { t } = this.texts;
    const { outputs } = event.outcome;
    const answer = typeof outputs['answer'] === 'string' ? outputs['answer'] : this.story.answer();
    const end = this.wordsOf(event);
    return [
      /[.。…!?！？]$/.test(end) ? end : `${end}${t('announce.stop')}`,
      this.startedAt > 0 && t('announce.took', { duration: this.quantities.spoken(event.at - this.startedAt) }),
      answer && t('announce.answer', { answer: plainText(answer).slice(0, LONGEST) }),
    ]
      .filter(Boolean)
      .join(' ');
  }

  private wordsOf(event: RunEvent): string {
    return wordsOfEvent(event, {
      texts: this.texts,
      stepName: this.nameOf,
      duration: (ms) => this.quantities.spoken(ms),
    });
  }
}
