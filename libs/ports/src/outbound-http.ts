/** A request that a flow or a user's URL asked for. Header names are sent as given; the last of a name wins. */
export interface OutboundRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** In milliseconds. `totalMs` bounds everything, redirects and body included. */
  readonly timeouts: { readonly connectMs: number; readonly readMs: number; readonly totalMs: number };
  readonly verifyTls: boolean;
  /** Bytes of the body after decompression. */
  readonly maxBodyBytes: number;
  /** Asked before so many more bytes of the body are kept; the other side waits as long as the promise does. */
  readonly admit?: (bytes: number) => Promise<void> | undefined;
  readonly signal: AbortSignal;
}

export interface OutboundReply {
  readonly status: number;
  /** Lower-case names; values of a repeated header joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where the request ended after redirects. */
  readonly url: string;
}

/**
 * The only way out for addresses that people or flows name: refuses private, loopback and link-local addresses
 * (checked on the address that is connected to), http(s) only, five redirects, credentials dropped across origins.
 * Throws `outbound.*` (see `outboundErrors`).
 */
export interface OutboundHttp {
  request(request: OutboundRequest): Promise<OutboundReply>;
}
