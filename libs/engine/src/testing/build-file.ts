import type { FileValue } from '../file.js';

/** A file value: an uploaded `a.csv` of 8 bytes, but for what a test says. */
export function buildFile(more: Partial<FileValue> = {}): FileValue {
  return {
    dify_model_identity: '__dify__file__',
    id: null,
    type: 'document',
    transfer_method: 'local_file',
    remote_url: null,
    related_id: 'f',
    filename: 'a.csv',
    extension: '.csv',
    mime_type: 'text/csv',
    size: 8,
    url: 'https://tenon.example/files/a',
    ...more,
  };
}
