/** What an address does not name is empty. */
export const orEmpty = (value: string | undefined): string => value ?? '';
