import { Injectable, signal } from '@angular/core';
import type { Problem } from '../api/problem.js';

/** Why a page could not be opened, while no other one is there. */
@Injectable({ providedIn: 'root' })
export class BrokenPage {
  readonly problem = signal<Problem | undefined>(undefined);
}
