import { bootstrapApplication } from '@angular/platform-browser';
import { appConfig } from './app/app.config.js';
import { Root } from './app/root.js';

void bootstrapApplication(Root, appConfig);
