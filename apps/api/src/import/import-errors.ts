import { defineErrors } from '@tenon/base';

/** Why what somebody gave to be taken in holds no app file that can be read. */
export const importErrors = defineErrors('import', {
  nothingGiven: 'invalid',
  badStatus: 'invalid',
  brokenArchive: 'invalid',
  busy: 'limited',
  encrypted: 'invalid',
  isPage: 'invalid',
  nested: 'invalid',
  noAppFile: 'invalid',
  notText: 'invalid',
  tooLarge: 'invalid',
  tooManyFiles: 'invalid',
});
