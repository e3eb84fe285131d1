import { DOCUMENT } from '@angular/common';
import { computed, inject, Injectable, signal } from '@angular/core';
import { IntlMessageFormat } from 'intl-messageformat';
import { browserStore } from '../api/stores.js';
import type { Dictionary, TextKey } from './dictionary.js';

/** Languages that are complete at all times. */
export const LANGUAGES = { en: 'English', 'zh-Hans': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;
/** Each with what it calls itself. */
export const LANGUAGE_CHOICES = Object.entries(LANGUAGES) as readonly [Language, string][];

/** Values of the places in a text. */
export type TextValues = Readonly<Record<string, string | number | undefined>>;

const STORED_AS = 'tenon.language';

const load: Record<Language, () => Promise<Dictionary>> = {
  en: () => import('./en.js').then(({ en }) => en),
  'zh-Hans': () => import('./zh-hans.js').then(({ zhHans }) => zhHans),
};

/** Texts in the language of the reader. Switching is instant: what shows a text reads a signal. */
@Injectable({ providedIn: 'root' })
export class Texts {
  private readonly document = inject(DOCUMENT);
  private readonly shown = signal<{ language: Language; dictionary: Partial<Dictionary> }>({
    language: 'en',
    dictionary: {},
  });
  private formats = new Map<string, IntlMessageFormat>();

  readonly language = computed(() => this.shown().language);

  /** The text of a key with its places filled. Texts are ICU messages. */
  readonly t = (key: TextKey, values: TextValues = {}): string => this.filled(key, values) ?? key;

  /**
   * Why something was not done, or what was found wrong.
   * @param code     `area.reason`; what the reader's language says to it is shown
   * @param message  the API's sentence, in English: shown where there is no such text
   */
  readonly why = ({ code, message }: { readonly code: string; readonly message: string }): string =>
    this.filled(`problem.${code}`, { message }) ?? (message || this.t('problem.away'));

  private filled(key: string, values: TextValues): string | undefined {
    const { dictionary, language } = this.shown();
    const text = (dictionary as Readonly<Record<string, string>>)[key];
    if (text === undefined || !/[{<']/.test(text)) return text;
    let format = this.formats.get(key);
    if (!format)
      this.formats.set(key, (format = new IntlMessageFormat(text, language, undefined, { ignoreTag: true })));
    return format.format(values) as string;
  }

  /** Begins in the language that was chosen last, else in the browser's. */
  start(): Promise<void> {
    const stored = browserStore.read(STORED_AS);
    if (isLanguage(stored)) return this.use(stored);
    const isChinese = navigator.languages
      .find((tag) => /^(zh|en)\b/i.test(tag))
      ?.toLowerCase()
      .startsWith('zh');
    return this.use(isChinese ? 'zh-Hans' : 'en');
  }

  /** Shows everything in a language, from now on and at the next visit. */
  async use(language: Language): Promise<void> {
    const dictionary = await load[language]();
    browserStore.write(STORED_AS, language);
    this.formats = new Map();
    this.document.documentElement.lang = language;
    this.shown.set({ language, dictionary });
  }
}

/** Is it one that we have? */
export function isLanguage(value: string | null | undefined): value is Language {
  return value != null && value in LANGUAGES;
}
