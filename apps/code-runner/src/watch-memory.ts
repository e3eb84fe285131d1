import { readFileSync } from 'node:fs';

const EVERY_MS = 100;

/**
 * Calls `onExceeded` once when the process holds more than `limitMiB` of memory; returns how to stop watching.
 * It sees what the interpreter's own limit cannot: files in memory and objects of the host. Only Linux tells; elsewhere
 * the interpreter's limit and the heap limit of Node remain.
 */
export function watchMemory(pid: number, limitMiB: number, onExceeded: () => void): () => void {
  if (process.platform !== 'linux') return () => {};
  const timer = setInterval(() => {
    if (residentKiB(pid) <= limitMiB * 1024) return;
    clearInterval(timer);
    onExceeded();
  }, EVERY_MS);
  return () => clearInterval(timer);
}

function residentKiB(pid: number): number {
  try {
    const [, kiB = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kiB);
  } catch {
    return 0; // it has just ended
  }
}
