import { Args, Query, Resolver } from '@nestjs/graphql';
import type { Identity } from '@tenon/database';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember } from '../auth/identity.js';
import { costOfList } from '../graphql/cost.js';
import { TemplateShelf } from './template-shelf.js';
import { Template, toTemplate } from './template.types.js';

/** Templates that there usually are. */
const TEMPLATES = 10;

@Resolver()
export class TemplateResolver {
  constructor(private readonly shelf: TemplateShelf) {}

  @AllowTo('member')
  @Query(() => [Template], { complexity: costOfList(TEMPLATES), description: 'App files to begin with' })
  async templates(
    @Args('language', { defaultValue: 'en', description: 'BCP 47, such as zh-Hans; English where there is none of it' })
    language: string,
    @CurrentMember() _identity: Identity,
  ): Promise<Template[]> {
    return (await this.shelf.list(language)).map(toTemplate);
  }
}
