import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** A place in the variables of an operation. */
export type Slot = readonly string[];

/** A query, mutation or subscription of a schema. */
export interface Operation {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** Asks for everything down to some depth. */
  readonly document: string;
  /** Where ids of things are named. */
  readonly ids: readonly Slot[];
  /** Where text or an id is given. */
  readonly texts: readonly Slot[];
}

/** Objects within objects that are asked for. */
const DEPTH = 4;

/** Every operation of a schema. */
export function operationsOf(schema: GraphQLSchema): Operation[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, root]) =>
    Object.values(root?.getFields() ?? {}).map((field) => ({
      name: field.name,
      kind,
      document: documentOf(kind, field),
      ids: slotsOf(field, ['ID']),
      texts: slotsOf(field, ['ID', 'String']),
    })),
  );
}

function documentOf(kind: string, { name, args, type }: GraphQLField<unknown, unknown>): string {
  const declared = args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
  const given = args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
  return `${kind} ${declared && `(${declared})`} { ${name}${given && `(${given})`} ${selectionOf(getNamedType(type), DEPTH)} }`;
}

function selectionOf(type: GraphQLNamedType, depth: number, prefix = ''): string {
  if (isUnionType(type)) {
    // members may have fields of one name and different types
    const parts = type.getTypes().map((member) => `... on ${member.name} ${selectionOf(member, depth, member.name)}`);
    return `{ ${parts.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields())
    .filter((field) => depth > 0 || !isCompositeType(getNamedType(field.type)))
    // lists within what is asked for would cost more than is allowed
    .filter((field) => depth === DEPTH || field.args.length === 0)
    .map(
      (field) =>
        `${prefix && `${prefix}_${field.name}:`} ${field.name}${wantedOf(field)} ${selectionOf(getNamedType(field.type), depth - 1)}`,
    );
  return `{ __typename ${fields.join(' ')} }`;
}

/** What a field within an object cannot be asked for without. */
function wantedOf({ args }: GraphQLField<unknown, unknown>): string {
  const wanted = args.filter(isRequiredArgument).map(({ name }) => `${name}: "none"`);
  return wanted.length > 0 ? `(${wanted.join(', ')})` : '';
}

function slotsOf({ args }: GraphQLField<unknown, unknown>, scalars: readonly string[]): Slot[] {
  const walk = (type: GraphQLInputType, slot: Slot): Slot[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((field) => walk(field.type, [...slot, field.name]));
    return !isEnumType(named) && scalars.includes(named.name) ? [slot] : [];
  };
  return args.flatMap((argument) => walk(argument.type, [argument.name]));
}

/** What stands at a place. */
export function valueAt(variables: unknown, slot: Slot): unknown {
  return slot.reduce((value, key) => (value as Record<string, unknown> | undefined)?.[key], variables);
}

/** The same variables with another value at a place. */
export function withValueAt(variables: object, [key, ...rest]: Slot, value: unknown): object {
  const inner = (variables as Record<string, unknown>)[key as string];
  return { ...variables, [key as string]: rest.length > 0 ? withValueAt((inner ?? {}) as object, rest, value) : value };
}
