import { readAnswer, type Arm, type Sample } from './arm.js';
import type { BaselineInput } from './baseline/workflows.js';
import type { Stack } from './stack.js';

/** The hand-written workflows by the names that rows call them. */
export const BASELINES = {
  empty: { activity: 'none' },
  'local-1': { activity: 'request', count: 1, isLocal: true },
  'local-10': { activity: 'request', count: 10, isLocal: true },
  'activity-10': { activity: 'request', count: 10 },
  'fan-20': { activity: 'request', count: 20, isParallel: true },
  'llm-5': { activity: 'askModel', count: 5 },
  'llm-1': { activity: 'askModel', count: 1 },
} as const satisfies Record<string, BaselineInput | { activity: 'none' }>;
export type BaselineName = keyof typeof BASELINES;

/** A hand-written workflow behind its HTTP front. */
export function baselineArm({ baseline }: Stack, name: BaselineName): Arm {
  const body = JSON.stringify(BASELINES[name]);
  const run = async (): Promise<Sample> => {
    const startedAt = performance.now();
    const response = await fetch(baseline.url, { method: 'POST', body });
    const workflowId = response.headers.get('workflow-id') ?? '';
    return { ...(await readAnswer(response, startedAt, () => true)), workflowId };
  };
  return { name, pids: baseline.pids, run };
}

/** The model server asked directly, as a measure of what is added to it. */
export function directArm({ modelUrl }: Stack): Arm {
  const body = JSON.stringify({
    model: 'scripted',
    messages: [{ role: 'user', content: 'Say something.' }],
    stream: true,
  });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
  const run = async (): Promise<Sample> => {
    const startedAt = performance.now();
    const response = await fetch(`${modelUrl}/chat/completions`, { method: 'POST', headers, body });
    return readAnswer(response, startedAt, (text) => text.includes('word'));
  };
  return { name: 'direct', pids: [], run };
}
