/** The longest name that is stored, in characters of any script. */
export const fileNameMax = 255;

/**
 * Returns the type of files with this extension, given with or without its dot; undefined when they
 * cannot be attached.
 */
export const mimeTypeOf = (extension: string): string | undefined =>
  types.get(extension.replace(/^\./, '').toLowerCase());

/**
 * Returns the name to store: without folders, control characters and marks that change the
 * direction of writing. If a name has more than {@link fileNameMax} characters, its end is kept;
 * joiners and combining marks stay with their letters. If the extension does not belong to the
 * file's type, one that does is appended, because people open the saved file.
 */
export function fileNameOf(given: string | undefined, mimeType: string): string {
  const name = (given ?? '').split(/[/\\]/).at(-1)!.replace(harmful, '').trim();
  const named = name === '' || /^\.+$/.test(name) ? 'file' : name;
  return lastOf(withExtension(named, mimeType));
}

const harmful = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

function withExtension(name: string, mimeType: string): string {
  const fitting = extensions.filter((extension) => types.get(extension) === mimeType);
  const given = /\.([^.]*)$/.exec(name)?.[1]?.toLowerCase();
  const isFitting = fitting.length === 0 || (given !== undefined && fitting.includes(given));
  return isFitting ? name : `${name}.${fitting[0]!}`;
}

/** Cuts a long name between visible characters, so that none is split. */
function lastOf(name: string): string {
  if (name.length <= fileNameMax || lengthOf(name) <= fileNameMax) return name;
  const seen = [...new Intl.Segmenter('en').segment(name)].map(({ segment }) => segment);
  let from = seen.length;
  let length = 0;
  while (from > 0 && (length += lengthOf(seen[from - 1]!)) <= fileNameMax) from--;
  return seen.slice(from).join('');
}

const lengthOf = (text: string): number => [...text].length;

/**
 * The types that may be attached, by extension. A browser executes none of them: downloads are
 * saved, but people open the saved files.
 */
const types: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['heic', 'image/heic'],
  ['bmp', 'image/bmp'],
  ['tiff', 'image/tiff'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['log', 'text/plain'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['zip', 'application/zip'],
  ['eml', 'message/rfc822'],
  ['doc', 'application/msword'],
  ['xls', 'application/vnd.ms-excel'],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['rtf', 'application/rtf'],
  ['odt', 'application/vnd.oasis.opendocument.text'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
]);

/** The extensions of files that may be uploaded. */
export const extensions: readonly string[] = [...types.keys()];
