import { objectKeyIn } from '@tenon/engine';

const IN_TEXT = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=]+$/i;
const KEPT = /^(?:files|responses)\/[0-9a-f-]{36}\/[0-9a-f]{64}$/;

/** Longer than any address of ours. */
const LONGEST = 2_000;

/**
 * The address of an image that may be shown unasked: it comes with the text, or we keep it. Any other would tell its host
 * what was talked about.
 */
export function ownImage(address: string): string | undefined {
  if (IN_TEXT.test(address)) return address;
  if (address.length > LONGEST) return undefined;
  const key = objectKeyIn(address) ?? '';
  const isOurs = URL.parse(address, location.href)?.origin === location.origin;
  return isOurs && KEPT.test(key) ? `/files/${key}` : undefined;
}
