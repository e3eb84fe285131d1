import type { StepActivity } from '../run/step-activity.js';
import type { CodeInstruction } from './definition.js';
import { argumentsText } from './inputs.js';
import { readOutputs } from './outputs.js';

/** Runs the code and holds what it returned against what was declared. */
export const activity: StepActivity<CodeInstruction> = async (call, { code }) => {
  const { language, code: source, variables, outputs } = call.config;
  const inputs = argumentsText(variables, call.lookup);
  const { timeoutMs, signal } = call;
  const reply = await code.run({ language, code: source, inputs, timeoutMs, signal });
  call.record({ reply: { printed: reply.printed, durationMs: reply.durationMs } });
  return { ok: true, outputs: readOutputs(reply.result, outputs) };
};
