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
} from '@angular/router';
import { graphqlProvider } from './api/graphql.js';
import { Reach } from './api/reach.js';
import { routes } from './app.routes.js';
import { Texts } from './language/texts.js';
import { PageTitles } from './shell/page-titles.js';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withNavigationErrorHandler(loadAnew),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    provideAppInitializer(() => inject(Texts).start()),
    graphqlProvider,
    { provide: TitleStrategy, useExisting: PageTitles },
  ],
};

/**
 * The code of a page could not be loaded: the API is away, or has another console by now. A browser does not try again to
 * load what failed, but a page that is loaded anew does.
 */
function loadAnew({ error, url }: NavigationError): void {
  if (!/module/i.test(String(error))) return;
  const reach = inject(Reach);
  reach.notice();
  void reach.whenBack().then(() => location.assign(url));
}
