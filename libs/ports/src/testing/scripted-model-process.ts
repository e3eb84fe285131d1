import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ScriptedCall, ScriptedCounts } from './scripted-calls.js';
import type { ScriptedModelOptions } from './scripted-model.js';
import { rulesToJson, type ScriptedRule } from './scripted-rule.js';

/** A scripted model that runs elsewhere, driven over its administration. The methods are those of `ScriptedModel`. */
export interface RemoteScriptedModel {
  readonly url: string;
  readonly baseUrl: string;
  calls(): Promise<readonly ScriptedCall[]>;
  counts(): Promise<ScriptedCounts>;
  setRules(rules: readonly ScriptedRule[]): Promise<void>;
  addRules(rules: readonly ScriptedRule[]): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  release(count?: number): Promise<number>;
  resetCalls(): Promise<void>;
  waitForCalls(count: number, timeoutMs?: number): Promise<void>;
  waitForHeld(count: number, timeoutMs?: number): Promise<void>;
  waitForAborted(count: number, timeoutMs?: number): Promise<void>;
}

/** One that was started here: `close` ends the process. */
export interface ScriptedModelProcess extends RemoteScriptedModel {
  readonly pid: number;
  close(): Promise<void>;
}

/** Drives the scripted model at `url`, `http://127.0.0.1:<port>`. Its methods throw Error when it refuses. */
export function connectScriptedModel(url: string): RemoteScriptedModel {
  const ask = async (method: string, path: string, body?: string): Promise<unknown> => {
    const response = await fetch(`${url}/__${path}`, { method, body });
    const reply = (await response.json()) as { message?: string };
    if (!response.ok) throw new Error(reply.message ?? `The scripted model answered ${response.status}.`);
    return reply;
  };
  const wait = async (what: string, count: number, timeoutMs = 10_000) => {
    await ask('GET', `calls?counts&${what}=${count}&timeoutMs=${timeoutMs}`);
  };
  return {
    url,
    baseUrl: `${url}/v1`,
    calls: async () => ((await ask('GET', 'calls')) as { calls: readonly ScriptedCall[] }).calls,
    counts: async () => ((await ask('GET', 'calls?counts')) as { counts: ScriptedCounts }).counts,
    setRules: async (rules) => void (await ask('PUT', 'rules', rulesToJson(rules))),
    addRules: async (rules) => void (await ask('POST', 'rules', rulesToJson(rules))),
    pause: async () => void (await ask('POST', 'pause')),
    resume: async () => void (await ask('POST', 'resume')),
    release: async (count) => {
      const path = count === undefined ? 'release' : `release?count=${count}`;
      return ((await ask('POST', path)) as { released: number }).released;
    },
    resetCalls: async () => void (await ask('DELETE', 'calls')),
    waitForCalls: (count, timeoutMs) => wait('calls', count, timeoutMs),
    waitForHeld: (count, timeoutMs) => wait('held', count, timeoutMs),
    waitForAborted: (count, timeoutMs) => wait('aborted', count, timeoutMs),
  };
}

/**
 * Starts a scripted model as a process of its own, which outlives nobody: it ends with the pipe to its parent.
 * @throws Error with what it printed when it does not start
 */
export async function spawnScriptedModel(options: ScriptedModelOptions = {}): Promise<ScriptedModelProcess> {
  const kit = createRequire(import.meta.url).resolve('@tenon/ports/testing');
  const { rules = [], ...others } = options;
  const script = `{"rules":${rulesToJson(rules)},"options":${JSON.stringify(others)}}`;
  const child = spawn(process.execPath, [join(dirname(kit), 'scripted-model.main.mjs'), '--stdin'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.write(`${script}\n`);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await readUrl(child);
  return {
    ...connectScriptedModel(url),
    pid: child.pid as number,
    close: async () => {
      child.kill();
      await exited;
    },
  };
}

function readUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stderr?.on('data', (text: Buffer) => (printed += text.toString()));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The scripted model ended with ${code}: ${printed}`)));
    createInterface({ input: child.stdout! }).once('line', (line) =>
      resolve((JSON.parse(line) as { url: string }).url),
    );
  });
}
