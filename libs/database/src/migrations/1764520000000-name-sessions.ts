/** What members are shown of their sessions, and a name by which they end one. */
export const nameSessions = {
  name: '1764520000000-name-sessions',
  up: [
    `alter table session
      add column id uuid not null default gen_random_uuid(),
      add column client text not null default '',
      add column used_at timestamptz not null default now()`,
    `create unique index session_id on session (id)`,
  ],
};
