import './font.css';
import './tokens.css';
import './layout.css';
import './parts.css';
import {render} from 'preact';
import {AppContext, createApp, start} from './app.ts';
import {Connection} from './connection.ts';
import {expose} from './debug.ts';
import {listenToKeys} from './view/keys.ts';
import {Root} from './view/root.tsx';

const app = createApp(Connection.urlFor(location));
start(app);
listenToKeys(app);
expose(app);
render(
  <AppContext.Provider value={app}>
    <Root />
  </AppContext.Provider>,
  document.getElementById('app')!,
);
