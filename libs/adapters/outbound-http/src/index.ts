export { createOutboundHttp } from './outbound-http.js';
