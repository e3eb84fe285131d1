import { testLanguage, type Language, type SelfTest } from './language.js';
import { languages as names, type LanguageName } from './run-request.js';

/** Where it is said how the languages are. */
interface Report {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tries each language and its fences with the real interpreters: at the start of the process, and when asked. */
export class SelfTests {
  readonly #results = new Map<LanguageName, Promise<SelfTest>>();

  readonly #languages: Readonly<Record<LanguageName, Language>>;

  constructor(languages: Readonly<Record<LanguageName, Language>>) {
    this.#languages = languages;
  }

  /** What the last check came to. One that failed is repeated: what kept it from passing may have gone. */
  async resultOf(name: LanguageName): Promise<SelfTest> {
    const test = this.#results.get(name) ?? testLanguage(this.#languages[name]);
    this.#results.set(name, test);
    const result = await test;
    if (result.selfTest === 'failed' && this.#results.get(name) === test) this.#results.delete(name);
    return result;
  }

  /** Checks every language once and says how each is; afterwards nothing of the checks is kept in memory. */
  async report(log: Report, isEnding: () => boolean): Promise<void> {
    for (const name of names) {
      const { problem } = await this.resultOf(name);
      if (isEnding()) return;
      const language = this.#languages[name];
      language.pool.rest();
      if (problem === undefined) log.info({ language: name, ...language.describe() }, 'sandbox checked');
      else log.error({ language: name, problem }, 'the sandbox failed its check; code of this language may fail');
    }
  }
}
