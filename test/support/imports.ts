/** Finds what each source file imports and says which of it the table of folders does not allow. */
import {readdirSync, readFileSync} from 'node:fs';
import {join, posix} from 'node:path';
import {parseSync} from 'vite';

/**
 * Unit of source to the units it may import: 'all', or names of folders and root files of src/, or single files as
 * `folder/file`. A unit may always import its own files.
 */
export type ImportTable = Readonly<Record<string, 'all' | readonly string[]>>;

/** Paths are relative to the repository, with forward slashes: `src/sflow/datagram.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Everything that is wrong, one sentence each. */
export function checkImports(files: readonly SourceFile[], table: ImportTable, browser: readonly string[]): string[] {
  return files.flatMap((file) => {
    const unit = unitOf(file.path);
    const allowed = table[unit];
    if (allowed === undefined) return [`${file.path}: ${unit} is not in the table of folders`];
    return importsOf(file).flatMap((specifier) => {
      const wrong = judge(file.path, unit, specifier, allowed, browser);
      return wrong === '' ? [] : [`${file.path}: ${wrong}`];
    });
  });
}

function judge(
  path: string,
  unit: string,
  specifier: string | undefined,
  allowed: 'all' | readonly string[],
  browser: readonly string[],
): string {
  if (specifier === undefined) return 'imports something computed, which cannot be checked';
  if (specifier.startsWith('/')) return `imports ${specifier} by an absolute path`;
  if (!specifier.startsWith('.')) {
    const node = specifier.startsWith('node:');
    return node && browser.includes(unit) ? `runs in browsers and may not import ${specifier}` : '';
  }
  const target = posix.join(posix.dirname(path), specifier);
  const targetUnit = unitOf(target);
  if (targetUnit === unit) return '';
  if (targetUnit === '') return `may not import ${target}, which is no source of ours`;
  if (allowed === 'all') return '';
  const names = [targetUnit, target.replace(/^src\//, '').replace(/\.[jt]sx?$/, '')];
  return names.some((name) => allowed.includes(name)) ? '' : `${unit} may not import ${target}`;
}

/** `src/sflow/x.ts` is of unit sflow, `src/clock.ts` of clock, `web/…` of web; anything else is ''. */
function unitOf(path: string): string {
  const [top, name, ...rest] = path.split('/');
  if (top === 'web') return 'web';
  if (top !== 'src' || name === undefined) return '';
  return rest.length > 0 ? name : name.replace(/\.[jt]sx?$/, '');
}

/** Every specifier: static, re-exported, dynamic, `import('…')` as a type, `require`. Undefined where an import is computed. */
export function importsOf({path, text}: SourceFile): (string | undefined)[] {
  const {program, errors} = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: (string | undefined)[] = [];
  walk(program, (node) => {
    switch (node['type']) {
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        found.push(literal(node['source']));
        break;
      case 'ExportNamedDeclaration':
        if (node['source'] !== null) found.push(literal(node['source']));
        break;
      case 'TSExternalModuleReference':
        found.push(literal(node['expression']));
        break;
      case 'CallExpression':
        // Computed is fine here: `require` cannot load our modules, which are ESM, only a compiled addon.
        if ((node['callee'] as Node)['name'] === 'require')
          found.push(literal((node['arguments'] as unknown[])[0]) ?? 'addon');
    }
  });
  return found;
}

type Node = Record<string, unknown>;

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value) visit(value as Node);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

function literal(node: unknown): string | undefined {
  const value = (node as Node | undefined)?.['value'];
  return typeof value === 'string' ? value : undefined;
}

/** All TypeScript and JavaScript under a folder of the repository. */
export function sourceFiles(root: string, folder: string): SourceFile[] {
  return readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .map((path) => ({path: posix.relative(root, path), text: readFileSync(path, 'utf8')}))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
