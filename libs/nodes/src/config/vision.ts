import type { ConfigIssue } from '@tenon/compiler';
import { z } from 'zod';
import { flag } from './scalar.js';

/** `vision: { enabled, … }`: is it on? */
export const vision = z
  .object({ enabled: flag })
  .nullish()
  .transform((value) => value?.enabled ?? false);

/** Tells the author that a node which asks for pictures gets none. */
export function checkVision(isEnabled: boolean): ConfigIssue[] {
  if (!isEnabled) return [];
  return [
    {
      severity: 'warning',
      code: 'node.visionIgnored',
      path: ['vision', 'enabled'],
      message: 'Pictures are not sent to models; this step sends its text only.',
    },
  ];
}
