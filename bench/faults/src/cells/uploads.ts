import { createHash, randomBytes } from 'node:crypto';
import { mkdir, watch } from 'node:fs/promises';
import type { Violation } from '../checker/violation.js';
import { loadRules, mixedLoad, type Order } from '../load/load.js';
import { Session } from '../load/session.js';
import { ask, type Door } from '../watch/api.js';
import { demand, type Case, type Outcome, type Setting } from './cell.js';
import { inject } from './inject.js';
import { sizeOf } from './moments.js';

/** Of one upload: as much as is taken. */
const BYTES = 14 * 1024 * 1024;

/** Faults of the API while it takes files. */
export const uploadCases: readonly Case[] = [
  { ...{ cell: 'A3', fault: 'K', moment: 'while a file is uploaded' }, run: whileUploading },
];

/** The API ends in an upload: there is no half file, and the same upload, sent again, can be used. */
async function whileUploading(setting: Setting): Promise<Outcome> {
  const { stack, apps } = setting;
  const session = await Session.open(stack, apps, loadRules());
  const query = 'query { viewer { team { id } } }';
  const { viewer } = await ask<{ viewer: { team: { id: string } } }>(stack.backDoor, query);
  const orders = mixedLoad(stack.effects.url, sizeOf(setting));
  const times = setting.isQuick ? 4 : 8;
  const portion = Math.ceil(orders.length / times);
  const violations: Violation[] = [];
  let cuts = 0;
  for (let nth = 1; nth <= times; nth += 1) {
    // in portions, so that runs are under way each time
    await session.accept(orders.splice(0, portion));
    const bytes = randomBytes(BYTES);
    const key = `files/${viewer.team.id}/${createHash('sha256').update(bytes).digest('hex')}`;
    // half of them are hit on their way, the others when they are written down
    const isWritten = nth % 2 === 0 ? firstWrite(stack.objectsFolder) : undefined;
    const passed = stack.proxies.clientToApi.passed((BYTES * nth) / times);
    const sending = upload(stack.door, bytes).catch(() => undefined);
    await Promise.race([isWritten ?? passed, sending]);
    await inject(stack, 'api', 'K', 0);
    const told = await sending;
    if (told === undefined) cuts += 1;
    const size = (await read(stack.backDoor, key))?.length;
    const isWhole = size === undefined ? told === undefined : size === BYTES;
    violations.push(...demand(isWhole, `an upload of ${BYTES} bytes is there with ${size}`, 'P1'));
    const id = told ?? (await upload(stack.backDoor, bytes));
    const isThere = (await read(stack.backDoor, key))?.equals(bytes) === true;
    violations.push(...demand(isThere, 'what was uploaded is not what is there', 'P1'));
    await session.accept([orderOf(nth, id)], { door: stack.backDoor });
  }
  const recording = await session.finish();
  const isHarsh = cuts >= times / 2;
  return { recording, violations: [...violations, ...demand(isHarsh, `only ${cuts} uploads were cut off`)] };
}

/** A run that is given an upload. */
function orderOf(nth: number, id: string): Order {
  const doc = { type: 'document', transfer_method: 'local_file', upload_file_id: id };
  const expected = { states: ['succeeded' as const], result: JSON.stringify({ size: BYTES }) };
  return { name: `upload ${nth}`, app: 'upload', input: { inputs: { doc } }, expected };
}

/** Sends a file. @returns its id. @throws Error when there is no answer, or another one */
async function upload({ url, token }: Door, bytes: Buffer<ArrayBuffer>): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([bytes]), 'upload.txt');
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/files`, { method: 'POST', headers, body: form });
  const body = (await response.json()) as { id?: string };
  if (body.id === undefined) throw new Error(`The upload was refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** What lies under a key; undefined when there is nothing. */
async function read({ url, token }: Door, key: string): Promise<Buffer | undefined> {
  const response = await fetch(`${url}/files/${key}`, { headers: { authorization: `Bearer ${token}` } });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`A file cannot be read: ${response.status}.`);
  return Buffer.from(await response.arrayBuffer());
}

/** Fulfils when something begins to be written below a folder. */
async function firstWrite(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for await (const _ of watch(folder, { recursive: true })) return;
}
