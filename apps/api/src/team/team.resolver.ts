import { defineErrors } from '@tenon/base';
import { TeamRepository, TokenBudgets, type Identity, type TeamSettingsRecord } from '@tenon/database';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember } from '../auth/identity.js';
import { payload } from '../graphql/payload.js';
import { CONFIG, type ApiConfig } from '../parts.js';
import { SaveTeamSettingsInput, SaveTeamSettingsPayload, TeamSettings, TokenBudget } from './team.types.js';

const teamErrors = defineErrors('team', { invalidDays: 'invalid', invalidTokens: 'invalid' });

const MAX_DAYS = 36_500;

@Resolver()
export class TeamResolver {
  constructor(
    private readonly teams: TeamRepository,
    private readonly budgets: TokenBudgets,
    @Inject(CONFIG) private readonly config: ApiConfig,
  ) {}

  @AllowTo('member')
  @Query(() => TeamSettings)
  async teamSettings(@CurrentMember() { teamId }: Identity): Promise<TeamSettings> {
    return this.shown(await this.teams.getSettings(teamId));
  }

  @AllowTo('owner')
  @Mutation(() => SaveTeamSettingsPayload, { description: 'Changes the settings that are given; for owners' })
  saveTeamSettings(@Args('input') input: SaveTeamSettingsInput, @CurrentMember() { teamId }: Identity) {
    return payload(async () => {
      const changes = given(input);
      checkDays(changes);
      checkTokens(changes.tokensPerDay ?? null);
      return { settings: this.shown(await this.teams.saveSettings(teamId, changes)) };
    });
  }

  @AllowTo('member')
  @Query(() => TokenBudget)
  tokenBudget(@CurrentMember() { teamId }: Identity): Promise<TokenBudget> {
    return this.budgets.find(teamId);
  }

  private shown(settings: TeamSettingsRecord): TeamSettings {
    const { runsDays, testRunsDays } = this.config.keeping;
    return {
      ...settings,
      instanceKeepRunsDays: runsDays,
      instanceKeepTestRunsDays: testRunsDays,
      instanceTokensPerDay: this.config.models.teamTokensPerDay ?? null,
    };
  }
}

/** Without fields that were left out. */
function given(input: SaveTeamSettingsInput): Partial<TeamSettingsRecord> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function checkTokens(tokensPerDay: number | null): void {
  if (tokensPerDay === null || (Number.isSafeInteger(tokensPerDay) && tokensPerDay >= 0)) return;
  throw teamErrors.invalidTokens(`tokensPerDay must be a whole number from 0, not ${tokensPerDay}.`, {
    details: { problems: [{ code: 'team.invalidTokens', message: 'no whole number from 0', path: ['tokensPerDay'] }] },
  });
}

function checkDays({ keepRunsDays, keepTestRunsDays }: Partial<TeamSettingsRecord>): void {
  for (const [name, days] of Object.entries({ keepRunsDays, keepTestRunsDays })) {
    if (days !== undefined && days !== null && (days < 1 || days > MAX_DAYS))
      throw teamErrors.invalidDays(`${name} must be between 1 and ${MAX_DAYS} days, not ${days}.`, {
        details: { problems: [{ code: 'team.invalidDays', message: 'out of range', path: [name] }] },
      });
  }
}
