/** Puts an answer's worth of JSON to a path from the server's root on; throws with the reason where it was refused. */
export async function put(path: string, body: unknown, headers: Record<string, string>): Promise<void> {
  const response = await fetch(path.slice(1), {
    method: 'PUT',
    headers: {...headers, 'content-type': 'application/json'},
    body: JSON.stringify(body),
  });
  if (response.ok) return;
  const problem = (await response.json().catch(() => null)) as {detail?: unknown} | null;
  throw new Error(typeof problem?.detail === 'string' ? problem.detail : `the server answered ${response.status}`);
}
