/** The grammar (GBNF) of a reply that is exactly one of `choices`. */
export function choicesGrammar(choices: readonly string[]): string {
  return `root ::= ${choices.map(quote).join(' | ')}`;
}

/** As a GBNF text; every character but plain ones is written by its number, so none can end the text. */
function quote(choice: string): string {
  const characters = [...choice].map((character) => {
    if (/^[A-Za-z0-9 _.,:;!?'()/+-]$/.test(character)) return character;
    const code = character.codePointAt(0) as number;
    return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
  return `"${characters.join('')}"`;
}
