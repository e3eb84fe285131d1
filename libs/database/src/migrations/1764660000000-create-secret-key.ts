/** Each sealed value names its key; what was sealed before names none. A key that is retired seals nothing any more. */
export const createSecretKey = {
  name: '1764660000000-create-secret-key',
  up: [
    `create table secret_key (
      id text primary key,
      created_at timestamptz not null default now(),
      retired_at timestamptz)`,
    `alter table secret add column key_id text references secret_key`,
    `create index secret_of_key on secret (key_id)`,
  ],
};
