/** One thing that the doctor looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'trouble';
  /** What was looked at, such as `database`. */
  readonly what: string;
  /** How it is, in a few words. */
  readonly state: string;
  /** What to do, in one sentence; for everything that is not ok. */
  readonly advice?: string;
}

export const ok = (what: string, state: string): Finding => ({ level: 'ok', what, state });
export const warning = (what: string, state: string, advice: string): Finding => ({
  level: 'warning',
  what,
  state,
  advice,
});
export const trouble = (what: string, state: string, advice: string): Finding => ({
  level: 'trouble',
  what,
  state,
  advice,
});
