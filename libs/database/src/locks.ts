/** The advisory locks of the database by their numbers, which all releases share: none is ever used for something else. */
export const LOCKS = {
  /** One process brings the schema up to date. */
  migrating: 7_310_417,
  /** Whoever removes holds it alone; whoever needs that nothing is removed holds it together with others. */
  removing: 7_310_418,
  /** One process renews the key of the secrets. */
  rotating: 7_310_419,
} as const;
