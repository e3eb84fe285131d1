import { troubles, type TroubleName } from '@tenon/platform';

/** One thing that the doctor looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'trouble';
  /** What was looked at, such as `database`. */
  readonly what: string;
  /** How it is, in a few words. */
  readonly state: string;
  /** What to do, in a sentence or two; for everything that is not ok. */
  readonly advice?: string;
  /** The one of the known troubles that it is a sign of. */
  readonly trouble?: TroubleName;
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

/** A sign of a known trouble, with what to do about that. */
export function sign(
  name: TroubleName,
  what: string,
  state: string,
  level: 'warning' | 'trouble' = 'trouble',
): Finding & { readonly trouble: TroubleName } {
  return { level, what, state, advice: troubles[name].remedy, trouble: name };
}

const RANKS = Object.keys(troubles);

/** Known troubles first, causes before what follows from them; then what else is wrong, warnings, and what is well. */
export function byImportance(findings: readonly Finding[]): Finding[] {
  const levels = ['trouble', 'warning', 'ok'];
  const rank = ({ trouble: name, level }: Finding) =>
    name && level === 'trouble' ? RANKS.indexOf(name) : RANKS.length + levels.indexOf(level);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}
