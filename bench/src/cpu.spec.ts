import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuMsOf } from './cpu.js';

/** A program whose child burns processor time and ends, and that then waits for the end of its input. */
const PARENT = `
  const { spawnSync } = require('node:child_process');
  const burn = 'let used = 0; while (used < 200_000) { const { user, system } = process.cpuUsage(); used = user + system; }';
  spawnSync(process.execPath, ['-e', burn]);
  process.stdout.write('burnt');
  process.stdin.resume();
`;

it('counts the processor time of children that have ended', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(parent, 'exit');
  try {
    await once(parent.stdout, 'data');
    // the table shows whole ticks, so of each of the four times up to one may be missing
    expect(cpuMsOf([parent.pid as number])).toBeGreaterThanOrEqual(160);
  } finally {
    parent.kill('SIGKILL');
    await exited;
  }
  expect(cpuMsOf([parent.pid as number])).toBe(0);
}, 30_000);
