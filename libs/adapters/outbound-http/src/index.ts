export { createOutboundHttp, type OutboundHttpOptions } from './outbound-http.js';
