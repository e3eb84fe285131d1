import type { TextKey } from '../language/dictionary.js';
import type { Texts } from '../language/texts.js';
import { readReason } from './known-reasons.js';

/** What of a run says why it does not go on, or how it ended. */
export interface Reasons {
  readonly needsAttention?: { readonly reason: string } | null;
  readonly waitingFor?: string | null;
  readonly failure?: { readonly code: string; readonly message: string } | null | undefined;
  readonly reason?: string | null | undefined;
}

/** Why a run stands as it does, for the reader; empty where there is nothing to say. */
export function reasonOfRun(
  { needsAttention, waitingFor, failure, reason }: Reasons,
  { t, why }: Pick<Texts, 't' | 'why'>,
): string {
  if (needsAttention) return inWords(needsAttention.reason, t, 'problem.stuck');
  if (waitingFor) return inWords(waitingFor, t, 'problem.waits');
  if (failure) return why(failure);
  return reason ? inWords(reason, t) : '';
}

/** @param unknown  what is said around words of others; without it they stay as they are */
function inWords(text: string, t: Texts['t'], unknown?: TextKey): string {
  const { key, values, sentence, since } = readReason(text);
  const said = key ? t(key, values) : unknown ? t(unknown, { reason: sentence }) : sentence;
  return since ? t('reason.since', { reason: said, since: Date.parse(since) }) : said;
}

const CHANNELS = ['console', 'cli'] as const;

/** Where a run was started from; a name of the caller's own stays. */
export function channelName(channel: string, t: Texts['t']): string {
  const known = CHANNELS.find((one) => one === channel);
  return known ? t(`channel.${known}`) : channel;
}
