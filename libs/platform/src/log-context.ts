import type { LogFields } from '@tenon/ports';
import { AsyncLocalStorage } from 'node:async_hooks';

const context = new AsyncLocalStorage<LogFields>();

/** Runs `work`; every line that is logged in it, also by what it calls and awaits, carries `fields` too. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return context.run({ ...context.getStore(), ...fields }, work);
}

/** The fields that lines logged here carry. */
export function currentLogFields(): LogFields {
  return context.getStore() ?? {};
}
