/** What of a page a member wants to be told, and by which keys they go about; null: nothing was chosen. */
export const addAssistance = {
  name: '1764765000000-add-assistance',
  up: ['alter table member add column announces_runs boolean, add column has_letter_keys boolean'],
};
