import type { en } from './en.js';
import type { problems } from './zh-hans/problems.js';

/** Names a text by its screen and purpose. */
export type TextKey = keyof typeof en;

/** Another language of some texts: one for every key, so that a missing one fails the build. */
export type Translated<Texts> = Readonly<Record<keyof Texts, string>>;

/** A whole language. */
export type Dictionary = Translated<typeof en>;

/** What codes of problems say in a language that the API does not speak. */
export type ProblemTexts = Translated<typeof problems>;
