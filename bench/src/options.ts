import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  readonly isJson: boolean;
  /** Fewer cases and runs, and an exit code by the budgets. */
  readonly isQuick: boolean;
  /** Names of the cases to measure; all when it is empty. */
  readonly only: readonly string[];
  /** Where the product's processes leave CPU profiles. */
  readonly profileFolder?: string;
}

/** @throws TypeError with a sentence when an option is not known */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      profile: { type: 'string' },
    },
  });
  return {
    isJson: values.json,
    isQuick: values.quick,
    only: values.only.split(',').filter(Boolean),
    ...(values.profile && { profileFolder: values.profile }),
  };
}
