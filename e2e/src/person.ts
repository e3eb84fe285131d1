import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { watchPage } from './browser.js';

const EMAIL = 'owner@tenon.local';
/** As the stack's environment has it. */
export const PASSWORD = 'correct horse battery';

/** Somebody at the console, with a browser of their own. */
export class Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page did that nobody should see: errors, warnings, dialogs. */
  readonly seen: readonly string[];

  private constructor(context: BrowserContext, page: Page) {
    [this.context, this.page, this.seen] = [context, page, watchPage(page)];
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...options });
    const page = await context.newPage();
    return new Person(context, page);
  }

  at(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** Goes to a page that wants a member, and becomes one. */
  async signIn(path: string, password = PASSWORD): Promise<void> {
    await this.page.goto(path);
    await this.trySignIn(password);
    await this.page.waitForURL(({ pathname }) => pathname !== '/signin' && pathname.startsWith(path));
    await this.page.locator('h1').first().waitFor();
  }

  async trySignIn(password = PASSWORD): Promise<void> {
    await this.at('signIn.email').fill(EMAIL);
    await this.at('signIn.password').fill(password);
    await this.at('signIn.submit').click();
  }

  close(): Promise<void> {
    return this.context.close();
  }
}
