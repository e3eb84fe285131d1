import { decode } from '@tenon/engine';
import { variableErrors } from '../run/errors.js';
import { failed } from '../run/failure.js';
import { compileSchema } from '../run/json-schema.js';
import { checkObjects, startOutputs } from '../run/start.js';
import type { StepActivity } from '../run/step-activity.js';
import type { StartInstruction } from './definition.js';

/** The run's inputs, after those with a schema were found to follow it. */
export const activity: StepActivity<StartInstruction> = async ({ config, lookup }) => {
  const refused = checkObjects(config, lookup);
  if (refused) return refused;
  for (const { name, schema } of config.objects) {
    const value = lookup([config.nodeId, name]) ?? null;
    if (schema === null || value === null) continue;
    const mismatch = compileSchema(decode(schema))(decode(value));
    if (mismatch) return failed(variableErrors.invalid(`JSON object for '${name}' ${mismatch}.`));
  }
  return { ok: true, outputs: startOutputs(config, lookup) };
};
