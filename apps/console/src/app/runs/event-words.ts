import type { RunEvent } from '@tenon/engine';
import type { State } from '@tenon/ui';
import type { Texts } from '../language/texts.js';
import { reasonOfRun } from './run-reason.js';

/** What events are about: the run, the way of its steps, and what went wrong. */
export const EVENT_KINDS = ['run', 'steps', 'trouble'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const KINDS: Readonly<Record<RunEvent['type'], EventKind>> = {
  'run.started': 'run',
  'run.finished': 'run',
  'step.started': 'steps',
  'step.succeeded': 'steps',
  'step.skipped': 'steps',
  'step.stopped': 'steps',
  'step.retrying': 'trouble',
  'step.handled': 'trouble',
  'step.failed': 'trouble',
};

const STATES: Readonly<Record<Exclude<RunEvent['type'], 'run.finished'>, State>> = {
  'run.started': 'running',
  'step.started': 'running',
  'step.succeeded': 'succeeded',
  'step.skipped': 'skipped',
  'step.stopped': 'stopped',
  'step.retrying': 'retrying',
  'step.handled': 'handled',
  'step.failed': 'failed',
};

export function kindOfEvent({ type }: RunEvent): EventKind {
  return KINDS[type];
}

/** The state that begins with an event. */
export function stateAfter(event: RunEvent): State {
  return event.type === 'run.finished' ? event.outcome.status : STATES[event.type];
}

/** What is needed to say what happened. */
export interface EventWords {
  readonly texts: Pick<Texts, 't' | 'why'>;
  /** What a step is called. */
  readonly stepName: (stepKey: string) => string;
  /** Writes milliseconds. */
  readonly duration: (ms: number) => string;
}

/** An event in one sentence. */
export function wordsOfEvent(event: RunEvent, { texts: { t, why }, stepName, duration }: EventWords): string {
  if (event.type === 'run.started') return t('event.run.started');
  if (event.type === 'run.finished') {
    const { status, failure, reason } = event.outcome;
    const words = [t('event.run.finished', { state: t(`state.${status}`) })];
    if (failure?.stepKey !== undefined) words.push(stepName(failure.stepKey));
    const cause = reasonOfRun({ failure, reason }, { t, why });
    return [...words, ...(cause ? [cause] : [])].join(' · ');
  }
  const step = stepName(event.stepKey);
  switch (event.type) {
    case 'step.retrying': {
      const { attempt, delayMs, failure } = event;
      return t('event.step.retrying', { step, attempt, delay: duration(delayMs), reason: why(failure) });
    }
    case 'step.handled':
    case 'step.failed':
      return t(`event.${event.type}`, { step, reason: why(event.failure) });
    default:
      return t(`event.${event.type}`, { step });
  }
}
