import { LucideBox, LucideBrain, LucideHouse, LucidePlay, type LucideIconData } from '@lucide/angular';
import type { TextKey } from '../language/dictionary.js';

/** A page that every other one leads to. */
export interface Place {
  readonly path: string;
  readonly label: TextKey;
  readonly icon: LucideIconData;
  /** After G it leads there. */
  readonly key: string;
}

export const PLACES: readonly Place[] = [
  { path: '/', label: 'nav.home', icon: LucideHouse.icon, key: 'h' },
  { path: '/apps', label: 'nav.apps', icon: LucideBox.icon, key: 'a' },
  { path: '/runs', label: 'nav.runs', icon: LucidePlay.icon, key: 'r' },
  { path: '/models', label: 'nav.models', icon: LucideBrain.icon, key: 'm' },
];
