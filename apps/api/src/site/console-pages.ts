import compression from 'compression';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FRAME_POLICY, pagePolicy } from '../http/security-headers.js';

/** Files whose names change with their content. */
const HASHED = /-[A-Z0-9_-]{8}\.(m?js|css|woff2)$/i;
/** Files that get smaller by packing them; fonts and pictures are packed already. */
const PACKABLE = /\.(m?js|css|svg|html)$/i;
/** What the frame loads in which diagrams are drawn. */
const DIAGRAMS = 'diagrams';
const PLACE_OF_NONCE = /__nonce__/g;

/** The console as it was built: the page in which it runs, and its files. */
export class ConsolePages {
  /** Serves the files, and nothing else. */
  readonly files: RequestHandler;

  /**
   * @param folder   what the console's build made
   * @param page     the text of its page, read once: showing it cannot fail
   * @param isHttps  whether people reach us over https
   */
  constructor(
    folder: string,
    private readonly page: string,
    private readonly isHttps: boolean,
  ) {
    // what is no file of ours goes on unpacked: an answer may be a stream
    const packing = compression({ filter: (request) => PACKABLE.test(request.url) });
    const giving = express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, file) => {
        response.setHeader('cache-control', HASHED.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache');
        if (path.relative(folder, file).split(path.sep)[0] === DIAGRAMS) forFrame(response, file);
      },
    });
    this.files = express.Router().use(packing, giving);
  }

  /** Undefined when the console was not built. */
  static find(folder: string, isHttps: boolean): ConsolePages | undefined {
    const page = path.join(folder, 'index.html');
    return existsSync(page) ? new ConsolePages(folder, readFileSync(page, 'utf8'), isHttps) : undefined;
  }

  /** Whether a browser asks for a page: of addresses that are no route of ours, the console knows what they are. */
  isAskedFor({ method, headers }: Request): boolean {
    return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '');
  }

  /** Answers with the page. What may run in it is what this answer names. */
  show(response: Response): void {
    const nonce = randomBytes(16).toString('base64');
    response.setHeader('content-security-policy', pagePolicy(this.isHttps, nonce));
    response.status(200).type('html').send(this.page.replace(PLACE_OF_NONCE, nonce));
  }
}

/** The frame has an origin of its own: its scripts, which are no secret, come to it from another. */
function forFrame(response: Response, file: string): void {
  response.setHeader('access-control-allow-origin', '*');
  if (!file.endsWith('.html')) return;
  response.setHeader('content-security-policy', FRAME_POLICY);
  response.removeHeader('x-frame-options');
  response.removeHeader('origin-agent-cluster'); // browsers warn: it asks for the origin that the frame has not
}
