import { render } from 'preact';
import { App } from './app';
import { offerOffline } from './base/offline';

const root = document.getElementById('app');
if (root) render(<App />, root);
addEventListener('load', () => void offerOffline());
