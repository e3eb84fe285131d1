import { apps } from './en/apps.js';
import { frame } from './en/frame.js';
import { importing } from './en/import.js';
import { models } from './en/models.js';
import { runs } from './en/runs.js';

/** English. Keys name the screen and the purpose; texts are ICU messages. */
export const en = { ...frame, ...apps, ...importing, ...models, ...runs } as const;
