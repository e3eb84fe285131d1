import { defineErrors, type MemberId } from '@tenon/base';
import { MemberRepository, type Identity } from '@tenon/database';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { payload } from '../graphql/payload.js';
import { AllowTo } from './access.guard.js';
import { Appearance, SaveAppearanceInput, SaveAppearancePayload, Viewer } from './auth.types.js';
import { CurrentMember } from './identity.js';

const appearanceErrors = defineErrors('appearance', { invalidLanguage: 'invalid' });

const MAX_TAG = 35;

/** What of the one who is signed in is stored. */
@Resolver(() => Viewer)
export class ViewerResolver {
  constructor(private readonly members: MemberRepository) {}

  @ResolveField(() => Appearance)
  async appearance(@Parent() { id }: Viewer): Promise<Appearance> {
    return (await this.members.getAppearance(id as MemberId)) as Appearance;
  }

  @AllowTo('member')
  @Mutation(() => SaveAppearancePayload, { description: 'Changes how the member wants to see the console' })
  saveAppearance(@Args('input') input: SaveAppearanceInput, @CurrentMember() { memberId }: Identity) {
    return payload(async () => {
      const { language } = input;
      if (language !== undefined && !isTag(language))
        throw appearanceErrors.invalidLanguage('That is no language: give a tag such as en or zh-Hans.');
      return { appearance: await this.members.saveAppearance(memberId, input) };
    });
  }
}

function isTag(language: string): boolean {
  try {
    return language.length <= MAX_TAG && Intl.getCanonicalLocales(language).length === 1;
  } catch {
    return false;
  }
}
