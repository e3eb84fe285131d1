import type { Value } from '../values/value.js';
import type { BuiltinTable } from './call.js';
import { listFilters } from './list-filters.js';
import { mappingFilters } from './mapping-filters.js';
import { numberFilters } from './number-filters.js';
import { textFilters } from './text-filters.js';

/** All filters, by name. */
export const filters: BuiltinTable<Value> = new Map([
  ...listFilters,
  ...mappingFilters,
  ...numberFilters,
  ...textFilters,
]);
