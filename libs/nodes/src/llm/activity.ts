import type { JsonObject } from '@tenon/base';
import { decode, type StepResult, type Value } from '@tenon/engine';
import { replyErrors } from '../run/errors.js';
import { recallTurns } from '../run/history.js';
import { compileSchema, type SchemaCheck } from '../run/json-schema.js';
import { askModel, type ModelReply } from '../run/model-call.js';
import type { StepActivity } from '../run/step-activity.js';
import type { LlmInstruction } from './definition.js';
import { assemblePrompt } from './prompt.js';
import { readStructuredOutput } from './structured-output.js';

/** Asks the model, passing its text on as it comes. */
export const activity: StepActivity<LlmInstruction> = async (call, { models, memory }) => {
  const { config, lookup, teamId } = call;
  const schema = config.schema ? (decode(config.schema) as JsonObject) : null;
  const check = schema ? compileSchema(schema) : undefined;
  const turns = config.memory ? await recallTurns(config.memory, call, memory) : [];
  const messages = assemblePrompt(config, lookup, turns);
  const model = await models.getChatModel(teamId, { provider: config.model.provider, name: config.model.name });
  if (schema && model.followsSchemas === false)
    throw replyErrors.schemaUnsupported(`The model ${model.name} cannot give structured output (stage=capability).`);
  const question = { use: config.model, mode: config.prompt.mode, messages, schema, reasoning: config.reasoning };
  return resultOf(await askModel(call, model, question, call.emit), check);
};

function resultOf(reply: ModelReply, check: SchemaCheck | undefined): StepResult {
  const outputs: Record<string, Value> = {
    text: reply.text,
    reasoning_content: reply.reasoning,
    usage: reply.usageOutput,
    finish_reason: reply.finishReason,
  };
  if (check) outputs['structured_output'] = readStructuredOutput(reply.text, check, reply.finishReason);
  return { ok: true, outputs, usage: reply.usage };
}
