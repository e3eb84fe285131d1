import type { MemberId } from '@tenon/base';
import { MemberRepository, openDatabase } from '@tenon/database';
import { randomBytes, randomUUID } from 'node:crypto';

/** Makes an owner of another team. Gives what proves that it is them: the token of a program, or of a browser's session. */
export async function addStranger(databaseUrl: string, kind: 'browser' | 'token'): Promise<string> {
  const database = openDatabase({ url: databaseUrl, poolSize: 1, name: 'test' });
  const [teamId, memberId] = [randomUUID(), randomUUID()];
  const token = randomBytes(24).toString('hex');
  await database.rows(`insert into team (id, name) values ($1, 'Others')`, [teamId]);
  await database.rows(
    `insert into member (id, team_id, email, password_hash, role) values ($1, $2, 'other@x.test', '-', 'owner')`,
    [memberId, teamId],
  );
  await new MemberRepository(database).createSession(memberId as MemberId, { token, kind, name: 'test', days: 1 });
  await database.close();
  return token;
}
