import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2);

/** Cost of a hash: 19 MiB, two passes, one lane (OWASP's first choice for argon2id). */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

/** Hashes a password with argon2id and a fresh salt: `argon2id$<memory>$<passes>$<salt>$<hash>` in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const hash = await derive('argon2id', { ...COST, message: password, nonce });
  return ['argon2id', COST.memory, COST.passes, nonce.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Whether the password has this hash; takes as long either way. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, salt, expected] = stored.split('$');
  if (!memory || !passes || !salt || !expected) throw new Error('a password hash is malformed');
  const hash = await derive('argon2id', {
    ...COST,
    memory: Number(memory),
    passes: Number(passes),
    message: password,
    nonce: Buffer.from(salt, 'base64url'),
  });
  return timingSafeEqual(hash, Buffer.from(expected, 'base64url'));
}

/** Without those that are mistaken for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A new password that a person can type: four groups of four characters, 79 bits. */
export function makePassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
