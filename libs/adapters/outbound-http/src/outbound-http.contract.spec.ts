import { describeOutboundHttpContract } from '@tenon/ports/testing';
import { createOutboundHttp } from './index.js';

describeOutboundHttpContract('undici', createOutboundHttp);
