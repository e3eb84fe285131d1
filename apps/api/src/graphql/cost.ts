import type { ComplexityEstimator } from '@nestjs/graphql';

/** A value of a run, which may be as large as a prompt with its documents. */
export const VALUE_COST = 10;
/** A definition, which may have thousands of nodes; also to print one. */
export const DEFINITION_COST = 200;

/** What a list without `first` costs: what one of its rows does, as many times as it usually has. */
export function costOfList(rows: number): ComplexityEstimator {
  return ({ childComplexity }) => 1 + rows * childComplexity;
}
