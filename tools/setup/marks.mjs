// Files by which processes find one another, as libs/platform puts them up: `<file>.<pid>-<start time>-<8 hex digits>`.
// A file whose process is gone does not count.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { step } from './terminal.mjs';

/** The pid of a process that lives and has its mark at `file`; not that of the mark `own`. */
export function findMark(file, own) {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.`;
  for (const name of listFolder(folder)) {
    const [, tag, pid] =
      /^((\d+)-\w+)-[0-9a-f]{8}$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? [];
    if (pid === undefined || path.join(folder, name) === own) continue;
    if (tagOf(pid) === tag) return Number(pid);
    rmSync(path.join(folder, name), { force: true });
  }
  return undefined;
}

// Where no folder can be read there is no mark; what is wrong with it is said by whoever goes on to use it.
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(error.code)) return [];
    throw error;
  }
}

/** Runs `work` while no other process does that has the same `file`; says so while it waits for one. */
export async function runAlone(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = `${file}.${tagOf(process.pid)}-${randomBytes(4).toString('hex')}`;
  const other = takeTurn(file, own);
  if (other !== undefined) {
    await step(`Waiting for process ${other}, which sets up as well`, async () => {
      while (takeTurn(file, own) !== undefined) await delay(50 + Math.random() * 100);
    });
  }
  try {
    return await work();
  } finally {
    rmSync(own, { force: true });
  }
}

// Puts up the own mark before it looks for others: so never do two of them go on.
function takeTurn(file, own) {
  writeFileSync(own, '');
  const other = findMark(file, own);
  if (other !== undefined) rmSync(own);
  return other;
}

/** `<pid>-<start time>` of a process that runs; undefined when there is none. */
function tagOf(pid) {
  const startedAt = process.platform === 'linux' ? startedInProc(pid) : startedByPs(pid);
  return startedAt && `${pid}-${startedAt.replaceAll(/\W/g, '_')}`;
}

function startedInProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; the fields after it are fixed.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined; // there is no such process
  }
}

function startedByPs(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [, state, startedAt] = /^\s*(\S+)\s+(.*\S)/.exec(stdout ?? '') ?? [];
  return state?.startsWith('Z') ? undefined : startedAt;
}
