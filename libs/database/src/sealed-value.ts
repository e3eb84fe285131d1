import type { SealingKey } from '@tenon/ports';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Whose value it is: authenticated with it, so that a row cannot be moved. */
interface Place {
  readonly teamId: string;
  readonly id: string;
}

/** Seals with AES-256-GCM. */
export function sealValue(plain: string, { bytes }: SealingKey, place: Place): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(additional(place));
  const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}:${sealed.toString('base64')}`;
}

/** @throws Error when it was sealed with another key or for another place, or was changed */
export function openValue(sealed: string, { bytes }: SealingKey, place: Place): string {
  const all = Buffer.from(sealed.slice(VERSION.length + 1), 'base64');
  const decipher = createDecipheriv('aes-256-gcm', bytes, all.subarray(0, NONCE_BYTES))
    .setAAD(additional(place))
    .setAuthTag(all.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(all.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
}

function additional({ teamId, id }: Place): Buffer {
  return Buffer.from(`${teamId}/${id}`);
}
