import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { systemClock, withTimeLimit } from '../clock/systemClock.ts';
import { headBytes, tailBytes } from './contentType.ts';
import {
  attachmentDisposition,
  downloadSeconds,
  type FileName,
  type Files,
  uploadSeconds,
} from './files.ts';

/**
 * A bucket, with its address if it is not Amazon's. Without keys, the SDK uses the keys of the
 * machine.
 */
export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /**
   * The only certificate authorities accepted for the endpoint, in PEM. Absent: those that Node
   * trusts.
   */
  readonly ca?: string | undefined;
}

/**
 * Files in an S3 bucket. Links lead directly to the bucket. S3 fixes the type of an upload; its
 * size is checked when a task names the file.
 */
export function s3Files({
  bucket,
  region,
  endpoint,
  accessKeyId,
  secretAccessKey,
  ca,
}: S3Settings): Files {
  const client = new S3Client({
    region,
    // Without this option, every link would require a checksum, which a plain PUT does not send.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMsMax,
      ...(ca === undefined ? {} : { httpsAgent: { ca } }),
    },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined
      ? { credentials: { accessKeyId, secretAccessKey } }
      : {}),
  });
  const place = ({ merchantId, fileUuid }: FileName) => ({
    Bucket: bucket,
    Key: `${merchantId}/${fileUuid}`,
  });
  return {
    uploadUrl: (file, mimeType) =>
      getSignedUrl(client, new PutObjectCommand({ ...place(file), ContentType: mimeType }), {
        expiresIn: uploadSeconds,
        signableHeaders: new Set(['content-type']),
      }),
    downloadUrl: (file, { fileName, mimeType }) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          ...place(file),
          ResponseContentDisposition: attachmentDisposition(fileName),
          ResponseContentType: mimeType,
        }),
        { expiresIn: downloadSeconds },
      ),
    sizeOf: (file) => answered((abortSignal) => sizeOf(client, place(file), abortSignal)),
    endsOf: async (file) => ({
      head: await partOf(client, { ...place(file), Range: `bytes=0-${headBytes - 1}` }),
      tail: await partOf(client, { ...place(file), Range: `bytes=-${tailBytes}` }),
    }),
    async read(file) {
      const command = new GetObjectCommand(place(file));
      const found = await answered((abortSignal) => client.send(command, { abortSignal }));
      return endingStream(found.Body as Readable);
    },
    async replace(file, bytes, mimeType) {
      const object = { ...place(file), Body: bytes, ContentType: mimeType };
      await answered((abortSignal) => client.send(new PutObjectCommand(object), { abortSignal }));
    },
    async remove(file) {
      const command = new DeleteObjectCommand(place(file));
      await answered((abortSignal) => client.send(command, { abortSignal }));
    },
  };
}

const connectMsMax = 10_000;
const answerMsMax = 60_000;
const fileMsMax = 600_000;

/** Gives the bucket a minute, including the retries of the library. */
const answered = <Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> =>
  withTimeLimit(
    systemClock,
    answerMsMax,
    new Error('the bucket did not respond within a minute'),
    work,
  );

/**
 * A file that arrives too slowly ends with an error, so that its reader does not wait for hours.
 */
function endingStream(file: Readable): Readable {
  const cancel = systemClock.after(fileMsMax, () =>
    file.destroy(new Error('the bucket did not send the file within ten minutes')),
  );
  return file.once('close', cancel);
}

interface Place {
  readonly Bucket: string;
  readonly Key: string;
}

const partOf = (client: S3Client, part: Place & { readonly Range: string }): Promise<Buffer> =>
  answered(async (abortSignal) => {
    const { Body } = await client.send(new GetObjectCommand(part), { abortSignal });
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  });

async function sizeOf(
  client: S3Client,
  place: Place,
  abortSignal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await client.send(new HeadObjectCommand(place), { abortSignal })).ContentLength;
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
      return undefined;
    throw error;
  }
}
