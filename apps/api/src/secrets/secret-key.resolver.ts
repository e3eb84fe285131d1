import type { Identity } from '@tenon/database';
import { Mutation, Resolver } from '@nestjs/graphql';
import { AllowTo } from '../auth/access.guard.js';
import { CurrentMember } from '../auth/identity.js';
import { payload } from '../graphql/payload.js';
import { SecretKeyService } from './secret-key.service.js';
import { RotateSecretKeyPayload } from './secret-key.types.js';

@Resolver()
export class SecretKeyResolver {
  constructor(private readonly service: SecretKeyService) {}

  @AllowTo('owner')
  @Mutation(() => RotateSecretKeyPayload, {
    description:
      'Seals every secret with a new key and ends all browser sessions; for the owner’s API token only. May be repeated after a crash',
  })
  rotateSecretKey(@CurrentMember() identity: Identity) {
    return payload(() => this.service.rotate(identity));
  }
}
