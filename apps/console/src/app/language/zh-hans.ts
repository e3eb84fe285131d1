import type { Dictionary, ProblemTexts } from './dictionary.js';
import { apps } from './zh-hans/apps.js';
import { frame } from './zh-hans/frame.js';
import { importing } from './zh-hans/import.js';
import { models } from './zh-hans/models.js';
import { problems } from './zh-hans/problems.js';
import { runs } from './zh-hans/runs.js';

/** Simplified Chinese, with the words of the glossary. */
export const zhHans: Dictionary & ProblemTexts = { ...frame, ...apps, ...importing, ...models, ...runs, ...problems };
