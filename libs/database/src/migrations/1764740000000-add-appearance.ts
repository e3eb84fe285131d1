/** How a member wants to see the console; null: nothing was chosen. */
export const addAppearance = {
  name: '1764740000000-add-appearance',
  up: ['alter table member add column language text, add column theme text'],
};
