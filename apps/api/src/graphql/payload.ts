import { isTenonError, type TenonError } from '@tenon/base';
import { Field, ObjectType } from '@nestjs/graphql';
import { noteRefusal } from './http-status.js';

/** Something the caller can correct. */
@ObjectType()
export class UserError {
  @Field({ description: 'area.reason' })
  code!: string;

  @Field()
  message!: string;

  @Field(() => [String], { description: 'Where in the input, from the outside in' })
  path!: string[];
}

/** What every mutation answers beside its object. */
@ObjectType({ isAbstract: true })
export abstract class Payload {
  @Field(() => [UserError])
  errors!: UserError[];
}

/** Kinds that the caller can do something about; all others are errors of the request as a whole. */
const SHOWN = new Set(['invalid', 'missing', 'denied', 'conflict', 'limited']);

/**
 * Runs a mutation: its fields with no errors, or no fields and what the caller can correct. With `showsUnavailable`
 * something that does not answer is the caller's to correct too: they named it.
 * @throws whatever is not the caller's to correct
 */
export async function payload<Fields extends object>(
  work: () => Promise<Fields>,
  { showsUnavailable = false } = {},
): Promise<Partial<Fields> & { errors: UserError[] }> {
  try {
    return { ...(await work()), errors: [] };
  } catch (error) {
    const isShown =
      isTenonError(error) && (SHOWN.has(error.kind) || (showsUnavailable && error.kind === 'unavailable'));
    if (!isShown) throw error;
    noteRefusal(error);
    return { errors: userErrors(error) } as Partial<Fields> & { errors: UserError[] };
  }
}

// An error may hold several problems, each with its own place: `details.problems`.
function userErrors({ code, message, details }: TenonError): UserError[] {
  const problems = details['problems'];
  if (!Array.isArray(problems)) return [{ code, message, path: [] }];
  return problems.map((problem: { code?: string; message: string; path?: (string | number)[] }) => ({
    code: problem.code ?? code,
    message: problem.message,
    path: (problem.path ?? []).map(String),
  }));
}
