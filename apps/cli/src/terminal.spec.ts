import { Terminal, type Output } from './terminal.js';

class Screen implements Output {
  text = '';
  columns = 80;
  rows = 24;

  constructor(readonly isTTY: boolean) {}

  write(text: string): void {
    this.text += text;
  }
}

const CLEAR = (lines: number) => `\x1b[${lines}A\r\x1b[J`;

describe('Terminal', () => {
  it('redraws live lines in a terminal, and lets lines that stay pass above them', () => {
    const err = new Screen(true);
    const terminal = new Terminal(new Screen(false), err);
    const end = terminal.showLive(() => ['one', 'two']);
    terminal.note('stays');
    end();
    terminal.note('after');
    const drawn = '\x1b[?7lone\ntwo\n\x1b[?7h';
    expect(err.text).toBe(`${drawn}${CLEAR(2)}stays\n${drawn}${CLEAR(2)}after\n`);
  });

  it('shows no more live lines than the screen has', () => {
    const err = new Screen(true);
    err.rows = 6;
    const end = new Terminal(new Screen(false), err).showLive(() =>
      Array.from({ length: 10 }, (_, index) => `line ${index}`),
    );
    end();
    expect(err.text).toContain('line 6\nline 7\nline 8\nline 9\n');
    expect(err.text).not.toContain('line 5');
  });

  it('shows no live lines and no colours where nobody sees them', () => {
    const err = new Screen(false);
    const terminal = new Terminal(new Screen(false), err);
    terminal.showLive(() => ['one'])();
    terminal.note(terminal.paint('red', 'plain'));
    expect(err.text).toBe('plain\n');
    expect(new Terminal(err, new Screen(true)).paint('red', 'x')).toBe('\x1b[31mx\x1b[39m');
    expect(new Terminal(err, new Screen(true), { NO_COLOR: '1' }).paint('red', 'x')).toBe('x');
  });

  it('breaks the line of an answer on one screen before it says something else, and not on two', () => {
    const screen = new Screen(true);
    const one = new Terminal(screen, screen);
    one.write('half an ans');
    one.note('by the way');
    one.write('wer\n');
    one.note('done');
    expect(screen.text).toBe('half an ans\nby the way\nwer\ndone\n');
    const [out, err] = [new Screen(false), new Screen(true)];
    const two = new Terminal(out, err);
    two.write('half');
    two.note('by the way');
    expect([out.text, err.text]).toEqual(['half', 'by the way\n']);
  });

  it('says how a long step goes, and that it failed', async () => {
    const err = new Screen(false);
    const terminal = new Terminal(new Screen(false), err);
    expect(await terminal.step('Fetching', async (show) => (show('1 of 2'), 7))).toBe(7);
    await expect(terminal.step('Failing', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(err.text).toBe('Fetching …\n✓ Fetching (0 s)\nFailing …\n✗ Failing (0 s)\n');
  });
});
