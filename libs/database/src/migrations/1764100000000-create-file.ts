/** Files that people have uploaded; their bytes lie in the object store. */
export const createFile = {
  name: '1764100000000-create-file',
  up: [
    `create table file (
      id uuid primary key,
      team_id uuid not null references team on delete cascade,
      name text not null,
      media_type text not null,
      size_bytes integer not null,
      object_key text not null,
      created_by uuid not null,
      created_at timestamptz not null default now())`,
    `create index file_team on file (team_id, id)`,
  ],
};
