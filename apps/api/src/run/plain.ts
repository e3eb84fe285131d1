import { decode, type Outputs, type Value } from '@tenon/engine';

/** Outputs as plain JSON, name by name; what is too large or secret stays a reference. */
export function plain(outputs: Outputs | Value | null): unknown {
  return outputs === null ? null : decode(outputs);
}
