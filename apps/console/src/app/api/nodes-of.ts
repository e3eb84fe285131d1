/** A list that comes in pages. */
interface Connection<Node> {
  readonly edges: readonly { readonly node: Node }[];
}

/** What is in a list so far; nothing while it is not there. */
export function nodesOf<Node>(list: Connection<Node> | undefined): readonly Node[] {
  return list?.edges.map(({ node }) => node) ?? [];
}
