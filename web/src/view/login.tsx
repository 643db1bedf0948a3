import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {useApp} from '../app.ts';

/** The server asks for a token. */
export function Login() {
  const {connection} = useApp();
  const token = useSignal('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <main class="setup login">
      <form
        class="panel"
        data-testid="login"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.value.trim() !== '') connection.login(token.value.trim());
        }}
      >
        <h1>This server asks for a token</h1>
        <p class="lead">It is in the file that the server was started with (--token-file).</p>
        <label for="token">Token</label>
        <div class="field">
          <input
            id="token"
            ref={input}
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            aria-invalid={connection.refused.value}
            aria-describedby="token-note"
            value={token.value}
            onInput={(event) => (token.value = event.currentTarget.value)}
          />
          <button type="submit" class="button strong">
            Open
          </button>
        </div>
        <p id="token-note" class={connection.refused.value ? 'problem more-hint' : 'hint more-hint'} role="status">
          {connection.refused.value ? 'The server did not accept this token.' : 'Kept for this tab only.'}
        </p>
      </form>
    </main>
  );
}
