import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  /** Cells to go through; all when there are none and no rounds. */
  readonly cells: readonly string[];
  /** Rounds of mixed load with faults that the seed chooses. */
  readonly rounds: number;
  readonly seed: number;
  /** The short form of the suite. */
  readonly isQuick: boolean;
  /** Where the report goes, as JSON. */
  readonly out?: string;
}

/** @throws Error with a sentence when an option is not known or makes no sense */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cell: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  return {
    cells: values.cell,
    rounds: wholeNumber('--rounds', values.rounds),
    seed: wholeNumber('--seed', values.seed),
    isQuick: values.quick,
    ...(values.out && { out: values.out }),
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} takes a whole number, not ${text}.`);
  return Number(text);
}
