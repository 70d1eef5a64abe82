// `npm run sbom [-- folder]`: writes the components of a release from the lock file: a bill of
// materials (CycloneDX) and the licences with their texts. The same lock file gives the same files.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** A package of a release, in the form of the bill of materials. */
export interface Component {
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string; readonly name?: string };
    readonly expression?: string;
  }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
}

/** A bill of materials. */
export interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly Component[];
}

/**
 * Returns the bill of materials of all packages that run in production, without a time or a serial
 * number. npm's own `--omit=dev` also leaves out packages that production and development share, so
 * packages used only in development are left out here.
 */
export function readBill(): Bill {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const [program, first] = npm && node ? [node, [npm]] : ['npm', []];
  const args = [...first, 'sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const { status, stdout, stderr } = spawnSync(program, [...args, '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  if (status !== 0) throw new Error(`npm sbom failed; it needs npm 10 or newer:\n${stderr}`);
  const { serialNumber: _number, metadata, ...bill } = JSON.parse(stdout);
  const { timestamp: _time, component, ...rest } = metadata;
  const released = releasedPackages();
  return {
    ...bill,
    metadata: { ...rest, component: { ...component, name: 'perennial' } },
    components: bill.components.filter((each: Component) =>
      released.has(`${nameOf(each)}@${each.version}`),
    ),
    dependencies: bill.dependencies.filter(
      ({ ref }: { ref: string }) => released.has(ref) || ref === component['bom-ref'],
    ),
  };
}

/**
 * Returns the name and version of each package in the lock file that is not only for development.
 */
export function releasedPackages(): Set<string> {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { name?: string; version?: string; dev?: boolean; link?: boolean }>;
  };
  return new Set(
    Object.entries(lock.packages)
      .filter(([path, { dev, link }]) => path !== '' && !dev && !link)
      .map(
        ([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`,
      ),
  );
}

/**
 * Returns the licence that a package declares, by its SPDX name; undefined when it declares none.
 */
export function licenceOf({ name, licenses = [] }: Component): string | undefined {
  const [first] = licenses;
  return (
    first?.expression ?? first?.license?.id ?? first?.license?.name ?? declaredOtherwise.get(name)
  );
}

// A spelling that SPDX does not have: "MPL 2.0".
const declaredOtherwise: ReadonlyMap<string, string> = new Map([
  ['incremental-encoder', 'MPL-2.0'],
]);

/** Lists each package with its licence and, if the package contains one, the licence's text. */
function licenceTexts(components: readonly Component[]): string {
  return components
    .map((component) => {
      const name = nameOf(component);
      const head = `${name} ${component.version}: ${licenceOf(component) ?? 'no licence declared'}`;
      return `${head}\n${'-'.repeat(head.length)}\n${licenceText(name)}`;
    })
    .join('\n');
}

/** The package's name in npm, which determines its folder. */
export const nameOf = ({ purl }: Component): string =>
  decodeURIComponent(/^pkg:npm\/(.+)@[^@]+$/.exec(purl)![1]!);

function licenceText(name: string): string {
  const folder = join(root, 'node_modules', name);
  const file =
    existsSync(folder) && readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  return file ? `${readFileSync(join(folder, file), 'utf8').trim()}\n` : '';
}

if (import.meta.main) {
  const folder = process.argv[2] ?? 'sbom';
  const bill = readBill();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 2)}\n`);
  writeFileSync(join(folder, 'licences.txt'), licenceTexts(bill.components));
  console.log(
    `${bill.components.length} packages: ${folder}/sbom.cdx.json, ${folder}/licences.txt`,
  );
}
