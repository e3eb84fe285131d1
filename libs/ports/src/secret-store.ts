import type { TeamId } from '@tenon/base';

/** Values that are sealed at rest and opened only where they are used. */
export interface SecretStore {
  /** Stores `plain` under a new id. */
  seal(teamId: TeamId, plain: string): Promise<string>;
  /** @throws secret.missing, secret.wrongKey */
  open(teamId: TeamId, secretId: string): Promise<string>;
}
