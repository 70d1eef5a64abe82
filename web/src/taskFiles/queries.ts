import { call } from '../api/call.ts';
import { Refused } from '../api/refused.ts';

/**
 * Uploads a file and returns how to name it in a change. The link is built from PUBLIC_URL; if the
 * server stores files itself, it is used at this page's own origin.
 */
export async function uploadFile(
  file: File,
  onProgress: (fraction: number) => void,
): Promise<{ readonly upload_key: string; readonly file_name: string }> {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? 'bin';
  const { workflow_attachment_upload_url: { key = '', url = '' } = {} } = await call(
    'getWorkflowTaskAttachmentUploadUrl',
    { params: { extension } },
  );
  await put(ownOrigin(url), file, onProgress);
  return { upload_key: key, file_name: file.name };
}

/** Moves a link to a file of this server to this page's own origin; other links stay. */
export function ownOrigin(url: string): string {
  const link = new URL(url, location.href);
  return link.pathname.startsWith('/perennial/v1/files/')
    ? `${location.origin}${link.pathname}${link.search}`
    : url;
}

/** PUT with progress, which `fetch` does not report. */
function put(url: string, file: File, onProgress: (fraction: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () =>
      reject(
        new Refused(`${file.name} was not uploaded. ${request.responseText.slice(0, 200)}`.trim(), {
          code: `status_${request.status}`,
          status: request.status,
        }),
      );
    request.open('PUT', url);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded / total));
    request.addEventListener('load', () => (request.status < 300 ? resolve() : fail()));
    request.addEventListener('error', fail);
    request.send(file);
  });
}
