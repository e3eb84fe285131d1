import { CustomScalar, Scalar } from '@nestjs/graphql';
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

/** Lists and mappings within each other: whoever walks through a value goes no deeper. */
const MAX_DEPTH = 100;

/** Any JSON value: definitions, inputs and outputs only. */
export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value',
  serialize: (value) => value,
  parseValue: takeValue,
  parseLiteral: (ast, variables) => takeValue(valueFromASTUntyped(ast, variables)),
});

function takeValue(value: unknown): unknown {
  if (isDeeper(value, MAX_DEPTH)) throw new GraphQLError(`A value is nested at most ${MAX_DEPTH} levels deep.`);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** An instant as ISO 8601 text in UTC. */
@Scalar('DateTime', () => Date)
export class DateTimeScalar implements CustomScalar<string, Date> {
  description = 'An instant, ISO 8601 in UTC';

  serialize(value: unknown): string {
    return new Date(value as string | number | Date).toISOString();
  }

  parseValue(value: unknown): Date {
    return parseInstant(value);
  }

  parseLiteral(ast: ValueNode): Date {
    return parseInstant(ast.kind === Kind.STRING ? ast.value : undefined);
  }
}

function parseInstant(value: unknown): Date {
  const instant = typeof value === 'string' ? new Date(value) : new Date(NaN);
  if (Number.isNaN(instant.getTime())) throw new GraphQLError('An instant is ISO 8601 text.');
  return instant;
}
