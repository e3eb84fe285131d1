import { openDatabase } from '@tenon/database';
import { writtenForms } from '@tenon/ports';
import { Connection, Client } from '@temporalio/client';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Stack } from './stack.js';

/** A secret that nobody else has, found again in whatever way it is written. */
export interface Canary {
  readonly value: string;
  readonly forms: readonly string[];
}

/** @param shape  makes the secret of the digits by which it is known; they look the same in JSON and in addresses */
export function makeCanary(shape: (digits: string) => string = (digits) => digits): Canary {
  const digits = randomBytes(12).toString('hex');
  return { value: shape(digits), forms: writtenForms(digits) };
}

/** `surface: canary` for each that is found, and what stands around it. */
export function findCanaries(
  canaries: Readonly<Record<string, Canary>>,
  surfaces: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(surfaces).flatMap(([surface, text]) =>
    Object.entries(canaries).flatMap(([name, { forms }]) => {
      const at = Math.max(...forms.map((form) => text.indexOf(form)));
      return at < 0 ? [] : [`${surface}: ${name} in …${text.slice(Math.max(0, at - 100), at + 40)}…`];
    }),
  );
}

/** Every row of every table, by the name of the table. */
export async function readTables(stack: Stack): Promise<Record<string, string>> {
  const database = openDatabase({ url: stack.postgres.url, poolSize: 1, name: 'canaries' });
  try {
    const tables = await database.rows<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    const read: Record<string, string> = {};
    for (const { name } of tables) {
      const rows = await database.rows<{ row: string }>(`select to_json(t)::text as row from "${name}" t`);
      read[`table ${name}`] = rows.map(({ row }) => row).join('\n');
    }
    return read;
  } finally {
    await database.close();
  }
}

/** Every file below a data folder but the key, which is one itself. */
export async function readDataFolder(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'secret.key');
  const texts = files.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    return [`file ${path.relative(folder, file)}`, await readFile(file, 'latin1')] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

/** The histories of runs as the workflow server keeps them, payloads as the text that they are. */
export async function readHistories(stack: Stack, runIds: readonly string[]): Promise<Record<string, string>> {
  const connection = await Connection.connect({ address: stack.temporal.address });
  try {
    const client = new Client({ connection, namespace: 'tenon' });
    const histories = runIds.map(async (runId) => {
      const history = await client.workflow.getHandle(`run/${runId}`).fetchHistory();
      const decode = (_all: string, data: string) => Buffer.from(data, 'base64').toString();
      const text = JSON.stringify(history).replace(/"data":"([^"]*)"/g, decode);
      return [`history ${runId}`, text] as const;
    });
    return Object.fromEntries(await Promise.all(histories));
  } finally {
    await connection.close();
  }
}
