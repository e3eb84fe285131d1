import { Component, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Field } from './field.js';

@Component({
  selector: 'tn-field-host',
  imports: [Field],
  template: `<tn-field label="Name" hint="As on the door" [problem]="problem()"><input /></tn-field>`,
})
class Host {
  readonly problem = signal('');
}

it('a field names its control, helps, and says what is wrong instead', async () => {
  const host = TestBed.createComponent(Host);
  await host.whenStable();
  const element = host.nativeElement as HTMLElement;
  const [label] = element.querySelector('input')?.labels ?? [];
  expect(label?.textContent.trim()).toBe('Name');
  expect(element.querySelector('.hint')?.textContent).toBe('As on the door');
  host.componentInstance.problem.set('Too long');
  await host.whenStable();
  expect(element.querySelector('[role=alert]')?.textContent).toBe('Too long');
  expect(element.querySelector('.hint')).toBeNull();
});
