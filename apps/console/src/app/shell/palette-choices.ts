import type { LucideIconData } from '@lucide/angular';
import type { TextKey } from '../language/dictionary.js';

/** Something to choose in the palette: a page to go to, or something to do. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  /** Said beside the label. */
  readonly hint?: string;
  readonly icon: LucideIconData;
  readonly path?: string;
  /** What it gives is what the palette is closed with: `shortcuts` shows those. */
  readonly act?: () => unknown;
}

export interface ChoiceGroup {
  readonly heading: TextKey;
  readonly choices: readonly Choice[];
  /** They were found by the words already. */
  readonly isFound?: boolean;
}

/** The first character may say what is looked for. */
const PREFIXES: Readonly<Record<string, TextKey>> = {
  '@': 'palette.apps',
  '/': 'palette.acts',
  '>': 'palette.places',
};
const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** So many of a group are shown while words are looked for. */
const MOST_OF_GROUP = 8;

/** The run that is meant when its id was pasted. */
export function runIdIn(typed: string): string | undefined {
  const id = typed.trim();
  return RUN_ID.test(id) ? id.toLowerCase() : undefined;
}

/** The words of an app that may be meant; empty where none is. */
export function appIn(typed: string): string {
  const prefix = PREFIXES[typed[0] ?? ''];
  if (runIdIn(typed) || (prefix && prefix !== 'palette.apps')) return '';
  return (prefix ? typed.slice(1) : typed).trim();
}

/** Of all groups what holds every word that was typed; what begins with the first comes first. Empty groups are left out. */
export function matching(groups: readonly ChoiceGroup[], typed: string, language: string): ChoiceGroup[] {
  const lower = (text: string) => text.toLocaleLowerCase(language);
  const only = PREFIXES[typed[0] ?? ''];
  const words = lower(only ? typed.slice(1) : typed)
    .split(/\s+/)
    .filter(Boolean);
  const [first = ''] = words;
  const isMeant = ({ label, hint = '' }: Choice) => words.every((word) => lower(`${label} ${hint}`).includes(word));
  const isBehind = ({ label }: Choice) => Number(!lower(label).startsWith(first));
  return groups
    .filter(({ heading }) => !only || heading === only)
    .map(({ heading, choices, isFound }) => ({
      heading,
      choices: choices
        .filter((choice) => isFound || isMeant(choice))
        .toSorted((a, b) => isBehind(a) - isBehind(b))
        .slice(0, words.length > 0 || only ? MOST_OF_GROUP : undefined),
    }))
    .filter(({ choices }) => choices.length > 0);
}
