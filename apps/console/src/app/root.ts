import { Component } from '@angular/core';
import { RouterOutlet } from '@angular/router';

/** The whole console: what a route shows. */
@Component({ selector: 'tn-root', imports: [RouterOutlet], template: '<router-outlet />' })
export class Root {}
