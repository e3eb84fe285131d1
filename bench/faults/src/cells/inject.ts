import { setTimeout as delay } from 'node:timers/promises';
import type { FaultLog } from '../stack/fault-log.js';
import type { Proxy } from '../stack/proxy.js';
import type { Stack } from '../stack/stack.js';
import type { Victim } from '../stack/victim.js';

/** Who is hit: a process or server, or the connections to it. */
export type Target = keyof Stack['victims'] | 'model' | 'client';
export type FaultKind = 'K' | 'S' | 'C' | 'D';

/** Bytes a second through a slow connection. */
const SLOW = 2_000;

/** How a fault went: its beginning, and when what was hit was there again. */
export interface Hit {
  readonly at: number;
  readonly healedAt: number;
}

/** Hits the target for `forMs` and puts it right again; `meanwhile` happens while the fault lasts. */
export async function inject(
  stack: Stack,
  target: Target,
  fault: FaultKind,
  forMs: number,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<Hit> {
  const at = Date.now();
  const heal = await begin(stack, target, fault);
  try {
    await Promise.all([delay(forMs), meanwhile()]);
  } finally {
    await heal();
  }
  return { at, healedAt: Date.now() };
}

async function begin(stack: Stack, target: Target, fault: FaultKind): Promise<() => Promise<void>> {
  const isProcess = target !== 'model' && target !== 'client';
  if (fault === 'K' || fault === 'S') {
    if (!isProcess) throw new Error(`Nothing to kill or stop: ${target}.`);
    const victim: Victim = stack.victims[target];
    await (fault === 'K' ? victim.kill() : victim.freeze());
    return () => victim.restore();
  }
  const proxies = proxiesTo(stack, target);
  return fault === 'C' ? cut(target, proxies, stack.log) : slowDown(target, proxies, stack.log);
}

function proxiesTo({ proxies }: Stack, target: Target): readonly Proxy[] {
  switch (target) {
    case 'client':
    case 'api':
      return [proxies.clientToApi];
    case 'postgres':
      return [proxies.apiToPostgres, proxies.workerToPostgres];
    case 'temporal':
      return [proxies.workerToTemporal];
    case 'model':
      return [proxies.workerToModel];
    default:
      throw new Error(`There is no connection to ${target} to cut.`);
  }
}

function cut(target: Target, proxies: readonly Proxy[], log: FaultLog): () => Promise<void> {
  const end = log.begin(`${target} cut off`, target !== 'client' && target !== 'api');
  for (const proxy of proxies) proxy.refuse();
  return async () => {
    for (const proxy of proxies) proxy.open();
    end();
  };
}

function slowDown(target: Target, proxies: readonly Proxy[], log: FaultLog): () => Promise<void> {
  const end = log.begin(`${target} slow`, target !== 'client' && target !== 'api');
  for (const proxy of proxies) proxy.slowDown(SLOW);
  return async () => {
    for (const proxy of proxies) proxy.open();
    end();
  };
}
