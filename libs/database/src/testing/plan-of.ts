import type { Database } from '../database.js';

/** The plans of the statements that are asked, in place of their rows. */
export async function planOf(database: Database, ask: (database: Database) => Promise<unknown>): Promise<string> {
  const lines: string[] = [];
  const explaining = {
    rows: async (text: string, values: unknown[]) => {
      const rows = await database.rows<Record<string, string>>(`explain ${text}`, values);
      lines.push(...rows.flatMap(Object.values));
      return [];
    },
  };
  await ask(explaining as unknown as Database);
  return lines.join('\n');
}
