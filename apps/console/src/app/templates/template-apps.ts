import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';
import { ApolloClient } from '@apollo/client';
import { Mutations } from '../api/mutations.js';
import { nodesOf } from '../api/nodes-of.js';
import { AppsDocument, ImportAppDocument, type AppCardFragment } from '../apps/apps.generated.js';
import type { TemplatePartsFragment } from './templates.generated.js';

/** Apps of much the same name that are looked through. */
const APPS = 100;

/** Makes apps of templates. */
@Injectable({ providedIn: 'root' })
export class TemplateApps {
  private readonly client = inject(ApolloClient);
  private readonly mutations = inject(Mutations);
  private readonly router = inject(Router);

  /** Takes in the file of a template as a new app, with a name that the team has not yet, and shows it. */
  async begin(template: TemplatePartsFragment): Promise<void> {
    const id = await this.import(template, await this.list(template.title));
    await this.router.navigate(['/apps', id, 'graph'], { queryParams: { template: template.id } });
  }

  /** The app that a new team was given of a template, or a newly made one. Gives its id. */
  async findOrMake(template: TemplatePartsFragment): Promise<string> {
    const apps = [...(await this.list(template.name)), ...(await this.list(template.title))];
    const found = apps.find(({ name }) => name === template.name || name === template.title);
    return found?.id ?? this.import(template, apps);
  }

  private async import({ content, title }: TemplatePartsFragment, apps: readonly AppCardFragment[]): Promise<string> {
    const input = { content, name: freeName(title, new Set(apps.map(({ name }) => name))) };
    const { app } = await this.mutations.perform(ImportAppDocument, { input });
    return app?.id ?? '';
  }

  private async list(text: string): Promise<readonly AppCardFragment[]> {
    const variables = { first: APPS, filter: { text } };
    const { data } = await this.client.query({ query: AppsDocument, variables, fetchPolicy: 'network-only' });
    return nodesOf(data?.apps);
  }
}

/** The name itself, else with the first number that nothing has. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${number}`)) number += 1;
  return `${name} ${number}`;
}
