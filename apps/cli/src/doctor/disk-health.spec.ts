import { examineDiskUse } from './disk-health.js';

const disk = {
  databaseBytes: 12e6,
  objectsBytes: 3e9,
  logsBytes: null,
  temporalBytes: null,
  freeBytes: 40e9,
  warning: null,
};

describe('examineDiskUse', () => {
  it('says what takes room, as far as it is known', () => {
    expect(examineDiskUse(disk)).toEqual({
      level: 'ok',
      what: 'disk use',
      state: 'database 12 MB, files and large values 3.0 GB, free 40.0 GB',
    });
  });

  it('says so while nothing is known', () => {
    const unknown = { ...disk, databaseBytes: null, objectsBytes: null, freeBytes: null };
    expect(examineDiskUse(unknown)).toMatchObject({ state: 'not known yet' });
  });

  it('warns as the instance does', () => {
    const warning = 'Only 12 MB are free on the disk: free some space.';
    expect(examineDiskUse({ ...disk, warning })).toMatchObject({ level: 'warning', advice: warning });
  });
});
