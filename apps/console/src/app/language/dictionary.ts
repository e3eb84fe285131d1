import type { en } from './en.js';

/** Names a text by its screen and purpose. */
export type TextKey = keyof typeof en;

/** A language: a text for every key, so that a missing one fails the build. */
export type Dictionary = Readonly<Record<TextKey, string>>;
