import type { StepView } from '@tenon/engine';
import type { State } from '@tenon/ui';
import type { Quantities } from '../language/quantities.js';
import type { Texts } from '../language/texts.js';
import type { StepMark } from './canvas-of.js';

/** What is known of a step; times are in milliseconds since 1970. */
export interface StepFacts {
  readonly state: State;
  readonly startedAt?: number | undefined;
  readonly finishedAt?: number | undefined;
  readonly usage?: StepUsage | undefined;
  /** Number of the last try. */
  readonly attempt?: number | undefined;
  /** When the next try is due. */
  readonly retryAt?: number | undefined;
  readonly failure?: { readonly code: string; readonly message: string } | undefined;
  readonly exit?: string | undefined;
}

/** What a step has used; a price that is not known is absent. */
export interface StepUsage {
  readonly totalTokens: number;
  readonly isEstimated: boolean;
  /** A decimal. */
  readonly totalPrice?: string | undefined;
  readonly currency: string;
}

/** What is needed to write it. */
export interface MarkWords {
  readonly texts: Pick<Texts, 't' | 'why'>;
  readonly quantities: Pick<Quantities, 'clock' | 'duration' | 'money' | 'tokens'>;
}

/** How each node of a run stands, by its id. @param recovering  keys of steps whose worker is not heard of */
export function marksOf(
  steps: readonly StepView[],
  recovering: ReadonlySet<string>,
  words: MarkWords,
): ReadonlyMap<string, StepMark> {
  return new Map(
    steps.map((step) => {
      const state = step.status === 'running' && recovering.has(step.stepKey) ? 'recovering' : step.status;
      return [step.stepKey, markOf(factsOf(step, state), words)];
    }),
  );
}

/** What a box shows of a step: what it took and used, its try where it is not the first, and why it waits or failed. */
export function markOf(step: StepFacts, { texts: { t, why }, quantities }: MarkWords): StepMark {
  const { state, startedAt, finishedAt, usage, attempt = 1, retryAt, failure, exit } = step;
  const price = usage?.totalPrice;
  const footer = [
    startedAt !== undefined && finishedAt !== undefined && quantities.duration(finishedAt - startedAt),
    usage && t('usage.tokens', { tokens: quantities.tokens(usage), count: usage.totalTokens }),
    usage && price !== undefined && `${usage.isEstimated ? '≈ ' : ''}${quantities.money(price, usage.currency)}`,
    attempt > 1 && retryAt === undefined && t('step.try', { attempt }),
    retryAt !== undefined && t('step.tryAt', { attempt, at: quantities.clock(retryAt) }),
  ].filter(Boolean);
  return {
    state,
    ...(footer.length > 0 && { footer: footer.join(' · ') }),
    ...(failure && { why: why(failure) }),
    ...(exit !== undefined && { exit }),
  };
}

function factsOf(step: StepView, state: State): StepFacts {
  if (step.status === 'skipped') return { state };
  const { startedAt, attempt, retries } = step;
  const usage = 'usage' in step ? step.usage : undefined;
  return {
    ...{ state, startedAt, attempt },
    finishedAt: 'finishedAt' in step ? step.finishedAt : undefined,
    usage: usage && {
      totalTokens: usage.totalTokens,
      isEstimated: usage.isEstimated ?? false,
      totalPrice: usage.costNanoUsd === undefined ? undefined : String(usage.costNanoUsd / 1e9),
      currency: 'USD',
    },
    retryAt: step.status === 'retrying' ? step.retryAt : undefined,
    failure: 'failure' in step ? step.failure : step.status === 'retrying' ? retries.at(-1)?.failure : undefined,
    exit: 'exit' in step ? step.exit : undefined,
  };
}
