export { createProviderConnector } from './connector.js';
export { createOutboundHttp } from './outbound-http.js';
