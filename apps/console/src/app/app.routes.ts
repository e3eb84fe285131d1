import { inject } from '@angular/core';
import { Router, type CanActivateFn, type Routes } from '@angular/router';
import { pauseAfter } from './api/pause-after.js';
import { Reach } from './api/reach.js';
import { Session } from './api/session.js';

/** Whoever is not signed in signs in first, and then comes to where they wanted to be. */
const members: CanActivateFn = async (_route, { url }) => {
  const [router, session, reach] = [inject(Router), inject(Session), inject(Reach)];
  const load = async (failed = 0): ReturnType<Session['load']> => {
    try {
      return await session.load();
    } catch (error) {
      if (reach.standing() === 'there') throw error;
      await pauseAfter(failed);
      await reach.whenBack();
      return load(failed + 1);
    }
  };
  const viewer = await load();
  return viewer ? true : router.createUrlTree(['/signin'], { queryParams: { to: url } });
};

export const routes: Routes = [
  { path: 'signin', title: 'signIn.title', loadComponent: () => import('./entry/sign-in.js').then((m) => m.SignIn) },
  {
    path: '',
    canActivate: [members],
    loadComponent: () => import('./shell/frame.js').then((m) => m.Frame),
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: 'home.title',
        loadComponent: () => import('./home/home.js').then((m) => m.Home),
      },
      {
        path: 'setup',
        title: 'setup.title',
        loadComponent: () => import('./setup/setup-page.js').then((m) => m.SetupPage),
      },
      {
        path: 'templates',
        title: 'templates.title',
        loadComponent: () => import('./templates/templates-page.js').then((m) => m.TemplatesPage),
      },
      {
        path: 'templates/:template',
        title: 'templates.title',
        loadComponent: () => import('./templates/template-page.js').then((m) => m.TemplatePage),
      },
      { path: 'apps', title: 'apps.title', loadComponent: () => import('./apps/apps-page.js').then((m) => m.AppsPage) },
      {
        path: 'apps/import',
        title: 'import.title',
        loadComponent: () => import('./import/import-page.js').then((m) => m.ImportPage),
      },
      {
        path: 'apps/:app',
        loadComponent: () => import('./app/app-pages.js').then((m) => m.AppPages),
        children: [
          { path: '', pathMatch: 'full', redirectTo: 'graph' },
          {
            path: 'graph',
            title: 'graph.title',
            loadComponent: () => import('./app/graph-page.js').then((m) => m.GraphPage),
          },
          {
            path: 'runs',
            title: 'runs.title',
            loadComponent: () => import('./runs/runs-page.js').then((m) => m.RunsPage),
          },
          {
            path: 'runs/:run',
            title: 'run.title',
            loadComponent: () => import('./runs/run-page.js').then((m) => m.RunPage),
          },
        ],
      },
      { path: 'runs', title: 'runs.title', loadComponent: () => import('./runs/runs-page.js').then((m) => m.RunsPage) },
      {
        path: 'models',
        title: 'models.title',
        loadComponent: () => import('./models/models-page.js').then((m) => m.ModelsPage),
      },
      {
        path: 'settings/profile',
        title: 'profile.title',
        loadComponent: () => import('./settings/profile-page.js').then((m) => m.ProfilePage),
      },
      { path: '**', title: 'missing.title', loadComponent: () => import('./shell/missing.js').then((m) => m.Missing) },
    ],
  },
];
