import { defineErrors, isUuid } from '@tenon/base';
import { Type } from '@nestjs/common';
import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';

/** Failures of asking for a page. */
export const pageErrors = defineErrors('page', { tooSmall: 'invalid', tooLarge: 'invalid', invalidCursor: 'invalid' });

const DEFAULT_SIZE = 20;
const MAX_SIZE = 100;

@ObjectType()
export class PageInfo {
  @Field()
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** Arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { defaultValue: DEFAULT_SIZE, description: `1 to ${MAX_SIZE}` })
  first!: number;

  @Field(() => String, { nullable: true, description: 'The cursor after which the page begins' })
  after?: string | null;
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}
export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
}

/** The Relay connection type of a node: `RunConnection` with `edges` and `pageInfo`. */
export function connectionOf<Node>(node: Type<Node>): Type<Connection<Node>> {
  @ObjectType(`${node.name}Edge`)
  class NodeEdge implements Edge<Node> {
    @Field()
    cursor!: string;

    @Field(() => node)
    node!: Node;
  }

  @ObjectType(`${node.name}Connection`)
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge])
    edges!: Edge<Node>[];

    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return NodeConnection;
}

/**
 * Loads one page: rows sort by their ids, which are UUIDv7, so an id is the cursor.
 * @param load  gives up to `first` rows after an id
 * @throws page.tooSmall, page.tooLarge, page.invalidCursor
 */
export async function loadPage<Id extends string, Row extends { readonly id: Id }, Node>(
  { first, after }: PageArgs,
  load: (page: { first: number; after?: Id }) => Promise<Row[]>,
  toNode: (row: Row) => Node,
): Promise<Connection<Node>> {
  const sizes = `Ask for 1 to ${MAX_SIZE} rows, not ${first}.`;
  if (first < 1) throw pageErrors.tooSmall(sizes);
  if (first > MAX_SIZE) throw pageErrors.tooLarge(sizes);
  if (after && !isUuid(after))
    throw pageErrors.invalidCursor('The cursor is not one of ours; start from the beginning.');
  const rows = await load({ first: first + 1, ...(after && { after: after as Id }) });
  const shown = rows.slice(0, first);
  return {
    edges: shown.map((row) => ({ cursor: row.id, node: toNode(row) })),
    pageInfo: { hasNextPage: rows.length > first, endCursor: shown.at(-1)?.id ?? null },
  };
}
