import type { FileId, MemberId, TeamId } from '@tenon/base';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';

/** A file that somebody has uploaded. */
export interface FileRecord {
  readonly id: FileId;
  /** A bare name, without folders. */
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Where its bytes lie in the object store; files with the same bytes share them. */
  readonly objectKey: string;
  readonly createdAt: Date;
}

/** Uploaded files. The team is the first argument of every method. */
export class FileRepository {
  constructor(private readonly database: Database) {}

  /** Makes a file whose bytes are stored already. */
  async create(teamId: TeamId, createdBy: MemberId, file: Omit<FileRecord, 'id' | 'createdAt'>): Promise<FileRecord> {
    const [row] = await this.database.rows<FileRecord>(
      `insert into file (id, team_id, name, media_type, size_bytes, object_key, created_by)
       values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [newId(), teamId, file.name, file.mediaType, file.sizeBytes, file.objectKey, createdBy],
    );
    return row as FileRecord;
  }

  /** Those of the files that are the team's, in no order. */
  findMany(teamId: TeamId, ids: readonly FileId[]): Promise<FileRecord[]> {
    return this.database.rows(`select ${COLUMNS} from file where team_id = $1 and id = any($2::uuid[])`, [teamId, ids]);
  }
}

const COLUMNS = `id, name, media_type as "mediaType", size_bytes as "sizeBytes", object_key as "objectKey",
  created_at as "createdAt"`;
