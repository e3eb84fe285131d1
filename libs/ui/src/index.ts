export { Field } from './field.js';
export { FollowEnd } from './follow-end.js';
export { RegionState } from './region-state.js';
export { Skeleton } from './skeleton.js';
export { STATE_LOOKS, type State, type StateLook } from './state.js';
export { StatePill } from './state-pill.js';
