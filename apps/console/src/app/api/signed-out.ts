import { inject, Injectable } from '@angular/core';
import { Router } from '@angular/router';

/** Reason of the API's refusal when nobody is signed in. */
export const NOBODY = 'auth.required';

/** What happens when the API says that nobody is signed in: the person signs in and comes back to where they were. */
@Injectable({ providedIn: 'root' })
export class SignedOut {
  private readonly router = inject(Router);

  notice(): void {
    const { url } = this.router;
    if (!url.startsWith('/signin')) void this.router.navigate(['/signin'], { queryParams: { to: url } });
  }
}
