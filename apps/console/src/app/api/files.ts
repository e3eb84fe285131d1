import { inject, Injectable } from '@angular/core';
import { ServerError, ServerParseError } from '@apollo/client/errors';
import { isUnanswered, orUnanswered, problemOf, type Problem } from './problem.js';
import { Reach } from './reach.js';
import { NOBODY, SignedOut } from './signed-out.js';

/** What the API gives beside GraphQL, with the same ways out when it does not. */
@Injectable({ providedIn: 'root' })
export class Files {
  private readonly reach = inject(Reach);
  private readonly signedOut = inject(SignedOut);

  /** @throws Problem */
  json(path: string): Promise<unknown> {
    return this.orProblem(async () => {
      const response = await this.answered(this.reach.fetch(path));
      const bodyText = await response.text();
      try {
        return JSON.parse(bodyText) as unknown;
      } catch (error) {
        throw new ServerParseError(error, { response, bodyText }); // somebody before the API says it
      }
    });
  }

  /**
   * @param onBytes  is told how many bytes are there, as they come
   * @throws Problem; and the reason of the signal
   */
  blob(path: string, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Blob> {
    return this.orProblem(async () => {
      // eslint-disable-next-line no-restricted-globals -- read as it comes, from the server that the page came from
      const response = await this.answered(orUnanswered(fetch(path, { signal })));
      const parts: BlobPart[] = [];
      let bytes = 0;
      const reader = response.body?.getReader();
      for (;;) {
        const part = reader && (await orUnanswered(reader.read()));
        if (!part || part.done) break;
        parts.push(part.value);
        onBytes((bytes += part.value.length));
      }
      return new Blob(parts, { type: response.headers.get('content-type') ?? '' });
    }, signal);
  }

  private async answered(request: Promise<Response>): Promise<Response> {
    const response = await request;
    if (response.ok) return response;
    throw new ServerError(`${response.status} ${response.statusText}`, { response, bodyText: await response.text() });
  }

  private async orProblem<Content>(read: () => Promise<Content>, signal?: AbortSignal): Promise<Content> {
    try {
      return await read();
    } catch (error) {
      signal?.throwIfAborted();
      if (isUnanswered(error)) this.reach.notice();
      const problem: Problem = problemOf(error);
      if (problem.code === NOBODY) this.signedOut.notice();
      throw problem;
    }
  }
}
