import type { Texts } from '../language/texts.js';

const MODES = ['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion'] as const;

/** What people call a kind of app; what is unknown keeps its name. */
export function modeName(mode: string, t: Texts['t']): string {
  const known = MODES.find((one) => one === mode);
  return known ? t(`mode.${known}`) : mode;
}
