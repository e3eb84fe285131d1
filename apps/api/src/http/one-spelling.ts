import type { NextFunction, Request, Response } from 'express';

/** Encoded characters, empty segments, segments that are or end in dots, and parameters within the path. */
const OTHER_SPELLING = /%|\/\/|\\|;|\.(\/|$)/;
/** The route of GraphQL, which would take everything below it too. */
const BELOW_GRAPHQL = /^\/graphql\//;

/** One spelling per route: what is authorised by its path must not have a second one. */
export function refuseOtherSpellings(request: Request, response: Response, next: NextFunction): void {
  if (OTHER_SPELLING.test(request.path) || BELOW_GRAPHQL.test(request.path))
    response.status(404).json({ code: 'route.missing', message: 'There is nothing here.' });
  else next();
}
