import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding, withRouterConfig, type Route } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { routes } from './app.routes.js';
import { Texts } from './language/texts.js';

const ofApp = routes.flatMap(({ children }) => children ?? []).find(({ path }) => path === 'apps/:app') as Route;
const paths = (ofApp.children ?? []).flatMap(({ path, redirectTo }) => (path && !redirectTo ? [path] : []));

it.each(paths)('says of an app that is not there so, and nothing else: apps/:app/%s', async (path) => {
  const link = new ApolloLink(
    ({ operationName }) =>
      new Observable((observer) => {
        if (operationName !== 'AppPages') return;
        observer.next({ data: { app: null } });
        observer.complete();
      }),
  );
  TestBed.configureTestingModule({
    providers: [
      provideRouter([ofApp], withComponentInputBinding(), withRouterConfig({ paramsInheritanceStrategy: 'always' })),
      { provide: ApolloClient, useValue: new ApolloClient({ link, cache: new InMemoryCache() }) },
    ],
  });
  await TestBed.inject(Texts).use('en');
  const harness = await RouterTestingHarness.create();
  await harness.navigateByUrl(`/apps/gone/${path.replaceAll(/:\w+/g, 'x')}`);
  await harness.fixture.whenStable();
  const text = harness.fixture.nativeElement as HTMLElement;
  expect(text.textContent).toContain('There is no such app');
  expect(text.textContent).not.toMatch(/No runs yet|no such run/);
});

it('knows the pages of an app', () => expect(paths).toContain('runs'));
