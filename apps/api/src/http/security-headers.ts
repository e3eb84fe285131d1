import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';

/** What pages of ours may do: load what we serve, and nothing else; no script or style within a page. */
const CONTENT_POLICY = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'"],
  'media-src': ["'self'", 'blob:'],
  'connect-src': ["'self'"],
  'worker-src': ["'self'"],
  'manifest-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/**
 * The same for one page whose styles are made while it runs: those that carry the nonce of its answer. It shows frames of
 * ours.
 * @param nonce  in base64, of one answer only
 */
export function pagePolicy(isHttps: boolean, nonce: string): string {
  return textOf({
    ...policyOf(isHttps),
    'style-src': ["'self'", `'nonce-${nonce}'`],
    'style-src-attr': ["'unsafe-inline'"],
    'frame-src': ["'self'"],
    'base-uri': ["'self'"],
  });
}

/**
 * Of a page that works on what strangers wrote, within a frame of ours: it has an origin of its own, reaches nothing but
 * its scripts, and no other page may show it.
 */
export const FRAME_POLICY = textOf({
  sandbox: ['allow-scripts'],
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'unsafe-inline'"],
  'form-action': ["'none'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'self'"],
});

function textOf(policy: Record<string, string[]>): string {
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join(';');
}

function policyOf(isHttps: boolean): Record<string, string[]> {
  return isHttps ? { ...CONTENT_POLICY, 'upgrade-insecure-requests': [] } : CONTENT_POLICY;
}

/** Devices and abilities of a browser that no page of ours has a use for. */
const UNUSED = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb'];

/**
 * Headers of every answer, also of errors and files. What comes from outside is never taken for a page of ours, and
 * nothing is kept by caches in between unless its route says so.
 * @param isHttps  whether people reach us over https: then browsers never use http again
 */
export function securityHeaders(isHttps: boolean) {
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: policyOf(isHttps) },
    strictTransportSecurity: isHttps,
    // with no-referrer, forms of our own pages would come from the origin "null", which is nobody's
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  const unused = UNUSED.map((feature) => `${feature}=()`).join(', ');
  return (request: Request, response: Response, next: NextFunction): void => {
    response.setHeader('permissions-policy', unused);
    response.setHeader('cache-control', 'no-store');
    protect(request, response, next);
  };
}
