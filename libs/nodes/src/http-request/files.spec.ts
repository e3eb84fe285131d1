import type { TeamId } from '@tenon/base';
import { keptFileUrl, type FileValue } from '@tenon/engine';
import { buildFile } from '@tenon/engine/testing';
import { outboundErrors, type OutboundHttp, type OutboundReply, type OutboundRequest } from '@tenon/ports';
import { createFakeObjectStore } from '@tenon/ports/testing';
import { createFileReader, MAX_SENT_BYTES } from './files.js';

const TEAM = 'team' as TeamId;
const HASH = '0'.repeat(64);
const KEPT = [`files/${TEAM}/${HASH}`, `responses/${TEAM}/${HASH}`] as const;
const UNKNOWN = [`files/${TEAM}/${'1'.repeat(64)}`];
const OTHERS = [`files/other/${HASH}`, `values/${TEAM}/${HASH}`, `files/${TEAM}/a`, `files/../${HASH}`];

async function reader(request: (sent: OutboundRequest) => Partial<OutboundReply> = () => ({}), sizeBytes = 3) {
  const objects = createFakeObjectStore();
  for (const key of [...KEPT, ...OTHERS.slice(0, 3)]) await objects.put(key, new Uint8Array(sizeBytes), 'text/csv');
  const requests: OutboundRequest[] = [];
  const http: OutboundHttp = {
    request: async (sent) => {
      requests.push(sent);
      return { status: 200, headers: {}, body: new Uint8Array(sizeBytes), url: sent.url, ...request(sent) };
    },
  };
  const timeouts = { connectMs: 1, readMs: 2, totalMs: 3 };
  const { signal } = new AbortController();
  return { read: createFileReader({ teamId: TEAM, objects, http, timeouts, signal }), requests };
}

const kept = (key: string): FileValue => buildFile({ url: keptFileUrl(key, 'https://tenon.example') });
const remote = buildFile({ transfer_method: 'remote_url', remote_url: 'https://x.test/a.csv', related_id: null });
const refuses = (code: string) => expect.objectContaining({ code }) as unknown;

describe('the reader of files', () => {
  it('opens what the team has uploaded and what its steps have kept', async () => {
    const { read } = await reader();
    for (const key of KEPT) expect((await read(kept(key))).byteLength).toBe(3);
  });

  it.each([...UNKNOWN, ...OTHERS])('refuses the object %s', async (key) => {
    const { read } = await reader();
    await expect(read(kept(key))).rejects.toEqual(refuses('request.missingFile'));
  });

  it('goes to the address of a file that nobody has fetched', async () => {
    const { read, requests } = await reader();
    expect((await read(remote)).byteLength).toBe(3);
    expect(requests).toMatchObject([
      { method: 'GET', url: 'https://x.test/a.csv', headers: {}, verifyTls: true, timeouts: { totalMs: 3 } },
    ]);
  });

  it('takes no other answer than a success for the file', async () => {
    const { read } = await reader(() => ({ status: 404 }));
    await expect(read(remote)).rejects.toEqual(refuses('request.missingFile'));
  });

  it('counts all files of one request, and lets an address send no more than is left', async () => {
    const { read, requests } = await reader(({ maxBodyBytes }) => {
      if (maxBodyBytes < 3) throw outboundErrors.tooLarge('The reply is too large.');
      return { body: new Uint8Array(2) };
    }, MAX_SENT_BYTES - 3);
    await read(kept(KEPT[0]));
    await expect(read(kept(KEPT[1]))).rejects.toEqual(refuses('request.filesTooLarge'));
    expect((await read(remote)).byteLength).toBe(2);
    await expect(read(remote)).rejects.toEqual(refuses('request.filesTooLarge'));
    expect(requests.map(({ maxBodyBytes }) => maxBodyBytes)).toEqual([3, 1]);
  });
});
