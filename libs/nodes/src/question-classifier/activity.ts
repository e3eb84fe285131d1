import { fillTemplate } from '@tenon/engine';
import { recallTurns } from '../run/history.js';
import { askModel } from '../run/model-call.js';
import type { StepActivity } from '../run/step-activity.js';
import type { ClassifierInstruction } from './definition.js';
import { classifierPrompt } from './prompt.js';
import { chosenClass, replySchema } from './reply.js';

/** Asks the model for the one class and takes its exit. */
export const activity: StepActivity<ClassifierInstruction> = async (call, { models, memory }) => {
  const { config, lookup, teamId } = call;
  const turns = config.memory ? await recallTurns(config.memory, call, memory) : [];
  const messages = classifierPrompt(config, lookup, turns);
  const { classes, model: use } = config;
  const model = await models.getChatModel(teamId, { provider: use.provider, name: use.name });
  const question = { use, mode: use.mode, messages, schema: replySchema(classes), reasoning: 'tagged' as const };
  const reply = await askModel(call, model, question, () => undefined);
  const { id, name, label } = chosenClass(reply.text, classes);
  const outputs = { class_name: fillTemplate(name, lookup), class_label: label, class_id: id };
  return { ok: true, exit: id, outputs: { ...outputs, usage: reply.usageOutput }, usage: reply.usage };
};
