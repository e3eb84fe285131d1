import type { Texts } from '../language/texts.js';

/** What of a run says why it does not go on, or how it ended. */
export interface Reasons {
  readonly needsAttention?: { readonly reason: string } | null;
  readonly waitingFor?: string | null;
  readonly failure?: { readonly code: string; readonly message: string } | null | undefined;
  readonly reason?: string | null | undefined;
}

/** As the API notes it where nobody says why they stop a run. */
const BY_MEMBER = 'stopped by a member';

/** Why a run stands as it does, for the reader; empty where there is nothing to say. */
export function reasonOfRun(
  { needsAttention, waitingFor, failure, reason }: Reasons,
  { t, why }: Pick<Texts, 't' | 'why'>,
): string {
  if (needsAttention) return t('problem.stuck', { reason: needsAttention.reason });
  if (waitingFor) return t('problem.waits', { reason: waitingFor });
  if (failure) return why(failure);
  return reason === BY_MEMBER ? t('problem.stoppedByMember') : (reason ?? '');
}

const CHANNELS = ['console', 'cli'] as const;

/** Where a run was started from; a name of the caller's own stays. */
export function channelName(channel: string, t: Texts['t']): string {
  const known = CHANNELS.find((one) => one === channel);
  return known ? t(`channel.${known}`) : channel;
}
