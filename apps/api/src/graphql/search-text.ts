/** Characters of a search that count. */
const MAX_CHARACTERS = 200;

/** What is looked for; undefined where nothing is. */
export function searchText(given: string | null | undefined): string | undefined {
  return given?.slice(0, MAX_CHARACTERS) || undefined;
}
