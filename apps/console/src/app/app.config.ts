import {
  type ApplicationConfig,
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
} from '@angular/core';
import { provideRouter, TitleStrategy, withComponentInputBinding, withInMemoryScrolling } from '@angular/router';
import { graphqlProvider } from './api/graphql.js';
import { routes } from './app.routes.js';
import { Texts } from './language/texts.js';
import { PageTitles } from './shell/page-titles.js';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter(
      routes,
      withComponentInputBinding(),
      withInMemoryScrolling({ scrollPositionRestoration: 'enabled', anchorScrolling: 'enabled' }),
    ),
    provideAppInitializer(() => inject(Texts).start()),
    graphqlProvider,
    { provide: TitleStrategy, useExisting: PageTitles },
  ],
};
