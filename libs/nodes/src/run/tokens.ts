/**
 * About how many tokens a text costs, for deciding what fits where a provider does not count: four characters of
 * ASCII, two of other alphabets, one ideograph or symbol.
 */
export function estimateTokens(text: string): number {
  let quarters = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) quarters += 1;
    else quarters += code < 0x2e80 ? 2 : 4;
  }
  return Math.ceil(quarters / 4);
}
