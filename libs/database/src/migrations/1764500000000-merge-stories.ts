/** Whether the record of a run has taken in more than one story of it, so that its numbers are no longer its driver's. */
export const mergeStories = {
  name: '1764500000000-merge-stories',
  up: [`alter table run add column is_merged boolean not null default false`],
};
