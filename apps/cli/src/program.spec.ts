import { parseCommandLine } from './program.js';
import { Terminal, type Output } from './terminal.js';

class Paper implements Output {
  readonly isTTY = false;
  readonly columns = 80;
  readonly rows = 24;
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

describe('the help of a command', () => {
  it('says of import that a draft with errors is taken in with 0', async () => {
    const out = new Paper();
    expect(await parseCommandLine(['import', '--help'], new Terminal(out, new Paper()))).toBe(0);
    expect(out.text.replaceAll(/\s+/g, ' ')).toContain(
      'Exit codes: 0 the draft is taken in, whatever is wrong in it, and with --publish published; 2 it could not be read, or with --publish not published.',
    );
  });
});
