import type { Texts } from '../language/texts.js';

const MODES = ['workflow', 'advanced-chat', 'chat', 'agent-chat', 'completion'] as const;

/** What a kind of app is called; one that nobody knows by its own name. */
export function modeName(t: Texts['t'], mode: string): string {
  const known = MODES.find((one) => one === mode);
  return known ? t(`mode.${known}`) : mode;
}
