import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
} from '@angular/core';
import {
  type NavigationError,
  provideRouter,
  TitleStrategy,
  withComponentInputBinding,
  withInMemoryScrolling,
  withNavigationErrorHandler,
  withRouterConfig,
} from '@angular/router';
import { graphqlProvider } from './api/graphql.js';
import { problemOf } from './api/problem.js';
import { Reach } from './api/reach.js';
import { routes } from './app.routes.js';
import { Texts } from './language/texts.js';
import { BrokenPage } from './shell/broken-page.js';
import { PageTitles } from './shell/page-titles.js';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withNavigationErrorHandler(explain),
      withRouterConfig({ paramsInheritanceStrategy: 'always', resolveNavigationPromiseOnError: true }),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    provideAppInitializer(() => inject(Texts).start()),
    graphqlProvider,
    { provide: TitleStrategy, useExisting: PageTitles },
  ],
};

/**
 * A page could not be opened. Its code could not be loaded: the API is away, or has another console by now; a browser does
 * not try again to load what failed, but a page that is loaded anew does. Anything else is told.
 */
function explain({ error, url }: NavigationError): void {
  if (!/module/i.test(String(error))) return inject(BrokenPage).problem.set(problemOf(error));
  const reach = inject(Reach);
  reach.notice();
  void reach.whenBack().then(() => location.assign(url));
}
