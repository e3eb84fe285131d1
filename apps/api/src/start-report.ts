import type { MemberRepository, ProviderRepository } from '@tenon/database';
import { isPassword } from './auth/passwords.js';
import type { ApiConfig } from './parts.js';

/** What the launcher has to know of the owner and the models, beside that the API serves; part of its ready message. */
export interface StartReport {
  readonly ownerCreated: boolean;
  /** Whether the owner still has the first password; compared with the given one where there is one. */
  readonly isPasswordSeeded: boolean;
  /** Whether the owner's team has configured a model provider: then no local model need be fetched. */
  readonly hasProvider: boolean;
}

/** Looks it up; to be called after the owner was made. */
export async function reportStart(
  { config, members, providers }: { config: ApiConfig; members: MemberRepository; providers: ProviderRepository },
  { ownerCreated }: { readonly ownerCreated: boolean },
): Promise<StartReport> {
  const owner = await members.findOwner();
  const password = owner && (await members.getPassword(owner.memberId));
  const given = config.owner.password;
  return {
    ownerCreated,
    isPasswordSeeded: !!password && (given ? await isPassword(given, password.hash) : password.isFirst),
    hasProvider: !!owner && (await providers.list(owner.teamId)).length > 0,
  };
}
