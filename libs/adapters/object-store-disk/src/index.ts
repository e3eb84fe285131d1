export { createDiskObjectStore } from './object-store.js';
