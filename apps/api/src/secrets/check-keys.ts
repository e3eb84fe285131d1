import { checkSealingKeys, forgetLostSecrets } from '@tenon/database';
import type { Parts } from '../parts.js';

/** At start: every stored secret can be opened, or the start ends here with what to do. @throws secret.wrongKey */
export async function checkKeys({
  config,
  database,
  secretKeys,
  logger,
}: Pick<Parts, 'config' | 'database' | 'secretKeys' | 'logger'>): Promise<void> {
  if (config.secrets.areLost === '1') {
    const count = await forgetLostSecrets(database, secretKeys);
    logger.warn({ count }, 'secrets that no key opens were forgotten; enter them again');
  }
  await checkSealingKeys(database, secretKeys);
}
