/** Time that the browser is given to begin with a download. */
const KEEP_MS = 10_000;

/** Hands a file to the browser to be saved. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

/** Name of a file of a chart: its title and the time in UTC, in letters that any file system takes. */
export function fileName(title: string, extension: string, now = Date.now()): string {
  const words = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `tenhertz-${words.replace(/^-|-$/g, '')}-${time}Z.${extension}`;
}
