import { isUuid } from '@tenon/base';

/** The id that nobody has (RFC 9562, nil UUID). */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** An id from outside. Text that can be no id of ours becomes the id that nobody has: it is not found like any other. */
export function idFrom<Id extends string>(text: string): Id {
  return (isUuid(text) ? text : NOBODY) as Id;
}
