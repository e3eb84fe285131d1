import { cliErrors } from './errors.js';
import { exitCodeOfError, exitCodeOfRun } from './exit-code.js';

describe('exit codes', () => {
  it('tell how a run ended', () => {
    const statuses = ['succeeded', 'partiallySucceeded', 'failed', 'stopped'] as const;
    expect(statuses.map(exitCodeOfRun)).toEqual([0, 0, 1, 3]);
  });

  it('tell why a command did not end well, and 1 for what nobody foresaw', () => {
    const errors = [
      ...[cliErrors.usage('x'), cliErrors.refused('x'), cliErrors.missing('x')],
      ...[cliErrors.unreachable('x'), cliErrors.notStarted('x'), cliErrors.tokenRefused('x')],
      ...[cliErrors.timedOut('x'), cliErrors.interrupted('x'), cliErrors.serverBug('x'), new Error('x')],
    ];
    expect(errors.map(exitCodeOfError)).toEqual([2, 2, 2, 4, 4, 4, 124, 130, 1, 1]);
  });
});
