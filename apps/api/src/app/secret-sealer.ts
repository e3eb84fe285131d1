import type { TeamId } from '@tenon/base';
import type { SecretStore } from '@tenon/ports';
import { Inject, Injectable } from '@nestjs/common';
import { SECRETS } from '../parts.js';
import type { ReadDefinition } from './definition.thread.js';

/** Seals the values of secret variables before anything is stored. */
@Injectable()
export class SecretSealer {
  constructor(@Inject(SECRETS) private readonly secrets: SecretStore) {}

  /** The text of the definition with, in place of each secret, a reference to where it is sealed. */
  async seal(teamId: TeamId, { definition, secrets }: ReadDefinition): Promise<string> {
    const ids = await Promise.all(secrets.map(({ value }) => this.secrets.seal(teamId, value)));
    const sealed = new Map(secrets.map(({ placeholder }, index) => [placeholder, ids[index] as string]));
    // once over the text, which may be long and hold thousands
    return definition.replace(REFERENCE, (reference, id: string) => reference.replace(id, sealed.get(id) ?? id));
  }
}

// inside a text of the definition its quotes are escaped
const REFERENCE = /"\$secret":"([^"\\]*)"/g;
