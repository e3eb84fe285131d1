import type { JsonObject } from '@tenon/base';
import path from 'node:path';
import type { ApiClient } from '../api/client.js';
import type { GivenInput } from './input-values.js';
import type { StartField } from './start-form.js';

/**
 * Sends the files that were given for fields that take files; in their place stands what names them to the API. All
 * other inputs stay as they are.
 * @param fields  undefined when the form is not known; nothing is sent then
 * @throws cli.refused, cli.unreachable, cli.tokenRefused
 */
export async function uploadFiles(
  client: ApiClient,
  given: readonly GivenInput[],
  fields: readonly StartField[] | undefined,
): Promise<GivenInput[]> {
  const inputs: GivenInput[] = [];
  for (const input of given) {
    const type = fields?.find(({ name }) => name === input.name)?.type;
    if ('text' in input || (type !== 'file' && type !== 'file-list')) {
      inputs.push(input);
      continue;
    }
    const fileName = input.file === '-' ? 'stdin' : path.basename(input.file);
    const sent = await client.upload(fileName, input.bytes);
    const reference: JsonObject = { type: sent.type, transfer_method: 'local_file', upload_file_id: sent.id };
    inputs.push({ name: input.name, text: JSON.stringify(type === 'file' ? reference : [reference]) });
  }
  return inputs;
}
